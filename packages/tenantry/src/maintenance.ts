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

/** Where tenants of a SQLite installation have databases of their own. */
export interface BackupLocation {
  /** `./data` without it. */
  readonly dataDirectory?: string | undefined;
}

/**
 * Copies everything, events and password hashes as well, as it is at one moment, while programs go on using it: a SQLite database into one
 * file or, where tenants have databases of their own, into a directory with one for each; a JSON directory into a directory.
 *
 * @throws {DomainError} `storage_unavailable`, `storage_damaged`, `storage_busy`; `invalid_setting` for a storage that has a way of its own.
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
 * Puts a backup in the place of the database, with those of single tenants that are in it. What is there is kept under another name, and only
 * replaced where `replace` says so.
 *
 * @throws {DomainError} `storage_damaged`, `storage_newer`, `storage_unavailable`, `storage_busy`; `invalid_setting` as {@link backupDatabase}.
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

/** What {@link inspectDatabase} found, by the kind of the storage. */
export type DatabaseInspection =
  | ({ readonly kind: "sqlite" } & Inspection)
  | ({ readonly kind: "postgres" } & PostgresInspection)
  | ({ readonly kind: "json" } & DirectoryInspection);

/** What of the settings beside the place is looked at. */
export interface InspectOptions {
  /** Of PostgreSQL: who owns the tables, where the address names a user who does not. */
  readonly databaseOwnerUrl?: string | undefined;
  /** Of PostgreSQL: its standbys. */
  readonly replicaUrls?: readonly string[] | undefined;
}

/**
 * Looks through a database without changing it. It reads all of it, so a large one takes a while.
 *
 * @throws {DomainError} `storage_damaged`, `storage_unavailable`, `storage_newer`, `storage_busy`: then there is nothing to look through.
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
