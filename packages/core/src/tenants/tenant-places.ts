import type { Awaitable } from "../awaitable.ts";
import type { Ports } from "../store.ts";
import type { NewTenant } from "./insert-tenant.ts";
import type { TenantRecord } from "./tenants.store.ts";

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
  /** How a tenant's own database is found; undefined where it has none. */
  inspect(tenantId: string): Promise<OwnDatabase | undefined>;
  /**
   * Removes all that a tenant has where it lives, or leaves its own database as it is. Before that nobody can write there any more and `end` is run,
   * which writes the last; where it fails, everything stays. Of a database that is missing, and of one that is kept and cannot be used, nothing is
   * asked. Done again after a kill it goes on.
   *
   * @throws {DomainError} `storage_busy` where another process is at it; `storage_unavailable` where the database cannot be used; what `end` throws.
   */
  remove(
    tenantId: string,
    keepDatabase: boolean,
    end: (ports: Ports) => Awaitable<void>,
  ): Promise<void>;
  /** Brings every tenant's own database to the newest schema, as opening each does. */
  migrateAll(): Promise<MigratedPlaces>;
}

export interface OwnDatabase {
  /** The tenant as the main database knows it. */
  readonly copy: TenantRecord;
  /** `missing`: its server has none of that name. `unusable`: it cannot be opened, or nobody can say whether it is there. */
  readonly condition: "usable" | "missing" | "unusable";
}

/** A tenant's database that could not be brought to the newest schema. */
export interface MigrationFailure {
  readonly tenant_id: string;
  /** The key of the server, and the database's name there. */
  readonly server: string;
  readonly database: string;
  readonly message: string;
}

/** What was brought to the newest schema, or was there already, and what could not be. */
export interface MigratedPlaces {
  readonly migrated: number;
  readonly failures: readonly MigrationFailure[];
}
