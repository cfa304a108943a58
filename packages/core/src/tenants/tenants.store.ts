import type { Awaitable } from "../awaitable.ts";
import type { PageRequest, StoredPage } from "../page.ts";
import type { Tenant, TenantStatus } from "./tenants.schema.ts";

/** A tenant as it is stored. */
export interface TenantRecord extends Tenant {
  readonly name_key: string;
}

export interface TenantFilter {
  readonly q?: string | undefined;
  /** By default every tenant that is not deleted. */
  readonly status?: TenantStatus | undefined;
}

export interface TenantStore {
  /** @throws {DomainError} `tenant_slug_taken`. */
  insert(tenant: TenantRecord): Awaitable<void>;
  find(id: string): Awaitable<TenantRecord | undefined>;
  /** A tenant of any status: deleted ones keep their slug. */
  findBySlug(slug: string): Awaitable<TenantRecord | undefined>;
  findByShortId(shortId: string): Awaitable<TenantRecord | undefined>;
  /** Ordered by id. Items are tenants as callers see them. */
  list(filter: TenantFilter, page: PageRequest): Awaitable<StoredPage>;
  /** Every tenant of every status, ordered by id: for operations on the whole installation. */
  all(): Awaitable<readonly TenantRecord[]>;
  /**
   * Raises the revision and returns the row as it is then. The tenant is locked last, after any organizations, so
   * that mutations cannot deadlock.
   */
  lock(id: string): Awaitable<TenantRecord | undefined>;
  /** Writes every column but the ids, `revision` and `created_at`. @throws {DomainError} `tenant_slug_taken`. */
  update(tenant: TenantRecord): Awaitable<void>;
  /**
   * Writes the main database's copy of the row of a tenant that lives elsewhere, which is used to find the tenant.
   * The authoritative row is where the tenant lives.
   */
  putCopy(tenant: TenantRecord): Awaitable<void>;
  /** Removes the copy; nothing else of the tenant is here. */
  removeCopy(id: string): Awaitable<void>;
}
