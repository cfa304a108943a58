import type { NewTenant } from "./insert-tenant.ts";

/**
 * Makes places for tenants beside the main database. A boundary, as `PasswordHasher` is: core knows no servers and no files. An engine
 * without it has shared tenants alone.
 */
export interface TenantPlaces {
  /**
   * Makes a place for a tenant, then runs `create`, whose calls for that tenant go there, and takes the place back where `create`
   * fails. A repetition under the same idempotency key comes with a tenant that is there already: then `create` alone is run.
   */
  withNewPlace<T>(tenant: NewTenant, create: () => Promise<T>): Promise<T>;
  /** Brings every tenant's own database to the newest schema, as opening each does. */
  migrateAll(): Promise<MigratedPlaces>;
}

/** What was brought to the newest schema, or was there already, and what could not be. */
export interface MigratedPlaces {
  readonly migrated: number;
  readonly failures: readonly { readonly tenant_id: string; readonly message: string }[];
}
