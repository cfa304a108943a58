import type { Awaitable } from "../awaitable.ts";
import type { PageRequest, StoredPage } from "../page.ts";
import type { Member, Membership, MembershipStatus } from "./members.schema.ts";

/** A role held by a membership or a team: one of the tenant's, or one of the organization's own. */
export interface HeldRole {
  readonly scope: "tenant" | "organization";
  readonly key: string;
}

export interface MemberFilter {
  /** A part of the name, username or e-mail address, folded as by `searchField`. */
  readonly q?: string | undefined;
  /** Only members who hold this role directly, whatever its rank. */
  readonly role?: string | undefined;
  readonly status?: MembershipStatus | undefined;
}

export interface MemberStore {
  /**
   * @param roles At least one: a membership without any is not found by a look-up of access.
   * @throws {DomainError} `already_member`, `unknown_user`, `unknown_role`.
   */
  insert(membership: Membership, roles: readonly HeldRole[]): Awaitable<void>;
  find(tenantId: string, organizationId: string, userId: string): Awaitable<Membership | undefined>;
  /** As `find`, together with the user. */
  findMember(
    tenantId: string,
    organizationId: string,
    userId: string,
  ): Awaitable<Member | undefined>;
  /** Writes every column but the ids and `created_at`; replaces the roles if they are given. */
  update(membership: Membership, roles: readonly HeldRole[] | null): Awaitable<void>;
  /** Removes the membership with its roles and its places in teams. */
  remove(tenantId: string, organizationId: string, userId: string): Awaitable<void>;
  /** Whether another owner exists whose membership and user are both active. */
  hasOtherOwner(tenantId: string, organizationId: string, userId: string): Awaitable<boolean>;
  /** Writes `last_active_at`, without an event or a new revision. */
  touch(tenantId: string, organizationId: string, userId: string, at: string): Awaitable<void>;
  /** Ordered by user id. Items are {@link Member}. Without a filter the total is the organization's `seat_count`. */
  list(
    tenantId: string,
    organizationId: string,
    filter: MemberFilter,
    page: PageRequest,
  ): Awaitable<StoredPage>;
  /**
   * The user's active memberships in organizations that are not deleted, ordered by organization id. Items are
   * `UserOrganization`.
   */
  listUserOrganizations(tenantId: string, userId: string, page: PageRequest): Awaitable<StoredPage>;
  /** The ids of the organizations, not deleted, in which the user is an active owner; ascending. */
  organizationsOwnedBy(tenantId: string, userId: string): Awaitable<readonly string[]>;
}
