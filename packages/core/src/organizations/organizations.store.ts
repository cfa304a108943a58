import type { Awaitable } from "../awaitable.ts";
import type { PageRequest, StoredPage } from "../page.ts";
import type {
  Organization,
  OrganizationStats,
  OrganizationStatus,
} from "./organizations.schema.ts";

/** An organization as stored. `seat_count` counts its memberships of every status, `member_count` the active ones. */
export interface OrganizationRecord extends Omit<Organization, "private_metadata"> {
  readonly private_metadata: NonNullable<Organization["private_metadata"]>;
  readonly name_key: string;
  readonly seat_count: number;
  readonly member_count: number;
}

export interface OrganizationFilter {
  readonly q?: string | undefined;
  readonly name?: string | undefined;
  readonly domain?: string | undefined;
  readonly external_id?: string | undefined;
  readonly plan_tier?: string | undefined;
  /** By default every organization that is not deleted; `"any"` includes deleted ones. */
  readonly status?: OrganizationStatus | "any" | undefined;
  /** Only organizations in which this user has an active membership. */
  readonly member_user_id?: string | undefined;
}

export interface OrganizationStore {
  /** @throws {DomainError} `organization_name_taken`, `organization_slug_taken`, `external_id_taken`, `id_taken`, `unknown_plan`. */
  insert(record: OrganizationRecord): Awaitable<void>;
  find(tenantId: string, id: string): Awaitable<OrganizationRecord | undefined>;
  findByNameKey(tenantId: string, nameKey: string): Awaitable<OrganizationRecord | undefined>;
  findBySlug(tenantId: string, slug: string): Awaitable<OrganizationRecord | undefined>;
  /**
   * Raises the revision and returns the row as it is then, whatever its status. Until the transaction ends no other
   * mutation of the organization runs; the seat limit, the last owner and the event chain depend on that.
   */
  lock(tenantId: string, id: string): Awaitable<OrganizationRecord | undefined>;
  /** Writes every column but the ids, `revision`, the counts and `created_at`. Throws the same errors as `insert`. */
  update(record: OrganizationRecord): Awaitable<void>;
  setCounts(tenantId: string, id: string, seatCount: number, memberCount: number): Awaitable<void>;
  /** Removes the row and everything in it except its events. */
  purge(tenantId: string, id: string): Awaitable<void>;
  stats(tenantId: string, id: string): Awaitable<OrganizationStats | undefined>;
  /** Ordered by id. Items are organizations without `private_metadata`. */
  list(tenantId: string, filter: OrganizationFilter, page: PageRequest): Awaitable<StoredPage>;
}
