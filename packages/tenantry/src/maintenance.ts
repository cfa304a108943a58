import { DomainError } from "@tenantry/core";
import {
  backupJsonDirectory,
  type DirectoryInspection,
  inspectJsonDirectory,
  restoreJsonDirectory,
} from "@tenantry/storage-json";
import {
  type BackupOptions,
  backupPlacedFiles,
  type Restored,
  restorePlacedFiles,
} from "@tenantry/storage-placed";
import { inspectPostgresDatabase, type PostgresInspection } from "@tenantry/storage-postgres";
import { type Inspection, inspectSqliteFile } from "@tenantry/storage-sqlite";
import { type DatabaseLocation, tenantsDirectory } from "./database-url.ts";

/** The directory of a SQLite installation, which also has the files of tenants with a database of their own. */
export interface BackupLocation {
  /** By default `./data`. */
  readonly dataDirectory?: string | undefined;
}

/**
 * Backs up everything, events and password hashes included, as of one moment, while programs go on using it. A SQLite
 * database becomes one file or, where tenants have databases of their own, a directory with one file each; a JSON
 * directory becomes a directory.
 *
 * @throws {DomainError} `storage_unavailable`, `storage_damaged`, `storage_busy`; `invalid_setting` for a storage
 * with backup tools of its own.
 */
export async function backupDatabase(
  location: DatabaseLocation,
  target: string,
  { dataDirectory, ...options }: BackupOptions & BackupLocation = {},
): Promise<{ readonly bytes: number }> {
  if (location.kind === "postgres") throw hasOwnTools("backed up");
  if (location.kind === "json") {
    return await backupJsonDirectory(location.directory, target, options);
  }
  const files = { main: location.path, tenants: tenantsDirectory(dataDirectory) };
  return await backupPlacedFiles(files, target, options);
}

/**
 * Restores a backup in place of the database, including the databases of single tenants in it. An existing database
 * is kept under another name, and is only replaced if `replace` is set.
 *
 * @throws {DomainError} `storage_damaged`, `storage_newer`, `storage_unavailable`, `storage_busy`; `invalid_setting`
 * as in {@link backupDatabase}.
 */
export async function restoreDatabase(
  location: DatabaseLocation,
  backup: string,
  { dataDirectory, replace }: { readonly replace?: boolean | undefined } & BackupLocation = {},
): Promise<Restored> {
  if (location.kind === "postgres") throw hasOwnTools("restored");
  const options = { replace, now: new Date() };
  if (location.kind === "json") {
    const { keptAs } = await restoreJsonDirectory(backup, location.directory, options);
    return { keptAs, tenantsKeptAs: null };
  }
  const files = { main: location.path, tenants: tenantsDirectory(dataDirectory) };
  return restorePlacedFiles(backup, files, options);
}

/** What {@link inspectDatabase} found, by kind of storage. */
export type DatabaseInspection =
  | ({ readonly kind: "sqlite" } & Inspection)
  | ({ readonly kind: "postgres" } & PostgresInspection)
  | ({ readonly kind: "json" } & DirectoryInspection);

/** Settings besides the location that are checked. */
export interface InspectOptions {
  /** PostgreSQL: the address of the tables' owner, if `databaseUrl` names another user. */
  readonly databaseOwnerUrl?: string | undefined;
  /** PostgreSQL: the addresses of its standbys. */
  readonly replicaUrls?: readonly string[] | undefined;
}

/**
 * Checks a database without changing it. It reads all data, so a large database takes a while.
 *
 * @throws {DomainError} `storage_damaged`, `storage_unavailable`, `storage_newer`, `storage_busy` where the database
 * cannot be checked at all.
 */
export async function inspectDatabase(
  location: DatabaseLocation,
  { databaseOwnerUrl: ownerUrl, replicaUrls }: InspectOptions = {},
): Promise<DatabaseInspection> {
  if (location.kind === "sqlite") return { kind: "sqlite", ...inspectSqliteFile(location.path) };
  if (location.kind === "json") {
    return { kind: "json", ...(await inspectJsonDirectory(location.directory)) };
  }
  const found = await inspectPostgresDatabase({
    url: location.url,
    ownerUrl,
    replicaUrls,
    program: "tenantry doctor",
  });
  return { kind: "postgres", ...found };
}

function hasOwnTools(done: string): DomainError {
  return new DomainError(
    "invalid_setting",
    `PostgreSQL is ${done} with its own tools, such as pg_dump; tenantry migrate-storage copies everything into another storage`,
  );
}
