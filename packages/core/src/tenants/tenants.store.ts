import type { Awaitable } from "../awaitable.ts";
import type { Tenant } from "./tenants.schema.ts";

export interface TenantStore {
  insert(tenant: Tenant): Awaitable<void>;
  find(id: string): Awaitable<Tenant | undefined>;
  findBySlug(slug: string): Awaitable<Tenant | undefined>;
  findByShortId(shortId: string): Awaitable<Tenant | undefined>;
  /** Every tenant, in the order of ids: for what the operator does to the whole installation. */
  list(): Awaitable<readonly Tenant[]>;
  /**
   * Raises the revision and gives the row as it is then. The tenant's chain is locked last, after every organization's, so
   * that no two mutations wait for each other.
   */
  lock(id: string): Awaitable<Tenant | undefined>;
}
