import type { Awaitable } from "../awaitable.ts";
import type { Ports } from "../store.ts";
import type { NewTenant } from "./insert-tenant.ts";
import type { TenantRecord } from "./tenants.store.ts";

/**
 * Creates and removes places for tenants outside the main database. An interface, because core knows neither servers
 * nor files. An engine without it can only have tenants in the main database.
 */
export interface TenantPlaces {
  /**
   * Creates a place for a tenant and runs `create`, whose calls for that tenant go there. If `create` fails, the
   * place is removed. If the call repeats one under the same idempotency key, the tenant exists already and only
   * `create` is run.
   */
  withNewPlace<T>(tenant: NewTenant, create: () => Promise<T>): Promise<T>;
  /** The state of a tenant's own database; undefined where it has none. */
  inspect(tenantId: string): Promise<OwnDatabase | undefined>;
  /**
   * Removes everything that a tenant has where it lives, or leaves its own database in place. First the tenant is
   * fenced, so that nobody can write there any more, and `end` writes the last rows; if that fails, everything stays.
   * A missing database is not touched, nor is one that is kept and cannot be used. After a kill it can be called
   * again.
   *
   * @throws {DomainError} `storage_busy` where another process is at work on it; `storage_unavailable` where the
   * database cannot be used; whatever `end` throws.
   */
  remove(
    tenantId: string,
    keepDatabase: boolean,
    end: (ports: Ports) => Awaitable<void>,
  ): Promise<void>;
  /** Migrates every tenant's own database to the newest schema, as opening each would. */
  migrateAll(): Promise<MigratedPlaces>;
}

export interface OwnDatabase {
  /** The tenant's row in the main database. */
  readonly copy: TenantRecord;
  /**
   * `missing`: its server has no database of that name. `unusable`: it cannot be opened, or it is not known whether
   * it exists.
   */
  readonly condition: "usable" | "missing" | "unusable";
}

/** A tenant's database that could not be migrated. */
export interface MigrationFailure {
  readonly tenant_id: string;
  /** The server's key, and the database's name there. */
  readonly server: string;
  readonly database: string;
  readonly message: string;
}

/** Which databases have the newest schema now, and which could not be migrated. */
export interface MigratedPlaces {
  readonly migrated: number;
  readonly failures: readonly MigrationFailure[];
}
