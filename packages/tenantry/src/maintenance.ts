import { DomainError } from "@tenantry/core";
import { type DirectoryInspection, inspectJsonDirectory } from "@tenantry/storage-json";
import { inspectPostgresDatabase, type PostgresInspection } from "@tenantry/storage-postgres";
import {
  type BackupOptions,
  backupSqliteFile,
  type Inspection,
  inspectSqliteFile,
  restoreSqliteFile,
} from "@tenantry/storage-sqlite";
import type { DatabaseLocation } from "./database-url.ts";

/**
 * Copies everything, events and password hashes as well, into one file, as it is at one moment, while programs go on using it.
 *
 * @throws {DomainError} `storage_unavailable`, `storage_damaged`; `invalid_setting` for a storage that has a way of its own.
 */
export async function backupDatabase(
  location: DatabaseLocation,
  file: string,
  options: BackupOptions = {},
): Promise<{ readonly bytes: number }> {
  return await backupSqliteFile(sqlitePath(location, "backed up"), file, options);
}

/**
 * Puts a backup in the place of the database. One that is there is kept under another name, and only where `replace` says so.
 *
 * @throws {DomainError} `storage_damaged`, `storage_newer`, `storage_unavailable`, `storage_busy`.
 */
export function restoreDatabase(
  location: DatabaseLocation,
  file: string,
  options: { readonly replace?: boolean | undefined } = {},
): { readonly keptAs: string | null } {
  const path = sqlitePath(location, "restored");
  return restoreSqliteFile(file, path, { replace: options.replace, now: new Date() });
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

function sqlitePath(location: DatabaseLocation, done: string): string {
  if (location.kind === "sqlite") return location.path;
  const way =
    location.kind === "json"
      ? "by copying it while no program has it open"
      : "with PostgreSQL's own tools, such as pg_dump";
  throw new DomainError(
    "invalid_setting",
    `This storage is ${done} ${way}; tenantry export and import move the data between storages`,
  );
}
