import type { Awaitable } from "../awaitable.ts";
import type { PageRequest, StoredPage } from "../page.ts";
import type { Tenant, TenantStatus } from "./tenants.schema.ts";

/** A tenant as it is stored. */
export interface TenantRecord extends Tenant {
  readonly name_key: string;
}

export interface TenantFilter {
  readonly q?: string | undefined;
  /** Without it every tenant but the deleted ones. */
  readonly status?: TenantStatus | undefined;
}

export interface TenantStore {
  /** @throws {DomainError} `tenant_slug_taken`. */
  insert(tenant: TenantRecord): Awaitable<void>;
  find(id: string): Awaitable<TenantRecord | undefined>;
  /** Whatever its status: a deleted tenant keeps its slug. */
  findBySlug(slug: string): Awaitable<TenantRecord | undefined>;
  findByShortId(shortId: string): Awaitable<TenantRecord | undefined>;
  /** In the order of ids. Items are tenants as callers see them. */
  list(filter: TenantFilter, page: PageRequest): Awaitable<StoredPage>;
  /** Every tenant of every status, in the order of ids: for what the operator does to the whole installation. */
  all(): Awaitable<readonly TenantRecord[]>;
  /**
   * Raises the revision and gives the row as it is then. The tenant's chain is locked last, after every organization's, so
   * that no two mutations wait for each other.
   */
  lock(id: string): Awaitable<TenantRecord | undefined>;
  /** Writes every column but the ids, `revision` and `created_at`. @throws {DomainError} `tenant_slug_taken`. */
  update(tenant: TenantRecord): Awaitable<void>;
  /**
   * Writes the row of a tenant that lives elsewhere, whether or not there is one: by it the tenant is found. The row that counts is where the
   * tenant lives.
   */
  putCopy(tenant: TenantRecord): Awaitable<void>;
  /** Removes the row of a tenant of whom nothing else is here. */
  removeCopy(id: string): Awaitable<void>;
}
