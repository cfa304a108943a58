import {
  chmodSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
} from "node:fs";
import { dirname, resolve } from "node:path";
import { DomainError } from "@tenantry/core";
import { assertRestorable, setAsideSqliteFile } from "@tenantry/storage-sqlite";
import {
  placeTaken,
  replacedName,
  syncDirectory,
  syncTree,
  toFileError,
  whereSetAside,
} from "@tenantry/storage-sqlite/machinery";
import { assertDatabaseName } from "../place-server.ts";
import { filesIn, type PlacedFiles, readPlacedTenants, tenantFile } from "./placed-files.ts";

export interface RestoreOptions {
  /** Restores in place of an existing installation, which is kept beside it under another name. */
  readonly replace?: boolean | undefined;
  /** The time for the name under which a replaced installation is kept. */
  readonly now: Date;
}

/** Where the replaced installation is now. */
export interface Restored {
  readonly keptAs: string | null;
  /** The directory with the files of its tenants. */
  readonly tenantsKeptAs: string | null;
}

/**
 * Restores a backup, including the tenants' own databases in it, as an installation on SQLite. The backup is checked
 * first and only read. What exists is never overwritten, and no program may have it open.
 *
 * The main database is moved away first and put in place last: if this is interrupted, there is none, so nobody can
 * open one with another installation's tenants.
 *
 * @throws {DomainError} `storage_damaged`, `storage_newer`, `storage_unavailable`, `storage_busy`.
 */
export function restorePlacedFiles(
  backup: string,
  { main, tenants }: PlacedFiles,
  { replace, now }: RestoreOptions,
): Restored {
  const files = { main: resolve(main), tenants: resolve(tenants) };
  const part = { main: `${files.main}.restoring`, tenants: `${files.tenants}.restoring` };
  const putBack: (() => void)[] = [];
  try {
    const found = partsOf(backup);
    const databases = assertWhole(found, files);
    const isMainThere = existsSync(main) && statSync(main).size > 0;
    const areTenantsThere = databases.length > 0 && isFilled(tenants);
    if (isMainThere && !replace) throw placeTaken(main);
    if (areTenantsThere && !replace) throw placeTaken(tenants);
    remove(part);
    copyParts(found, part, databases);
    const keptAs = isMainThere ? replacedName(main, now) : null;
    const tenantsKeptAs = areTenantsThere ? replacedName(tenants, now) : null;
    if (keptAs !== null) putBack.push(setAsideSqliteFile(main, keptAs));
    if (tenantsKeptAs !== null) putBack.push(rename(tenants, tenantsKeptAs));
    if (databases.length > 0) putBack.push(rename(part.tenants, files.tenants));
    rename(part.main, files.main);
    return { keptAs, tenantsKeptAs };
  } catch (error) {
    for (const undo of putBack.toReversed()) undo();
    remove(part);
    throw toFileError(error, main);
  }
}

function isFilled(directory: string): boolean {
  return existsSync(directory) && readdirSync(directory).length > 0;
}

/** @returns a function that undoes it. */
function rename(from: string, to: string): () => void {
  renameSync(from, to);
  syncDirectory(dirname(to));
  return () => renameSync(to, from);
}

function remove({ main, tenants }: PlacedFiles): void {
  for (const path of [main, tenants]) rmSync(path, { recursive: true, force: true });
}

interface BackupParts {
  readonly main: string;
  /** Undefined for a backup that is one file. */
  readonly tenants: string | undefined;
}

function partsOf(backup: string): BackupParts {
  const aside = whereSetAside(backup);
  if (aside !== "") {
    throw new DomainError("storage_unavailable", `There is no backup at ${backup}${aside}`);
  }
  const isDirectory = statSync(backup, { throwIfNoEntry: false })?.isDirectory() === true;
  return isDirectory ? filesIn(backup) : { main: backup, tenants: undefined };
}

/**
 * @returns the databases of tenants in the backup.
 * @throws {DomainError} where one is damaged, or one that the main database names is missing.
 */
function assertWhole({ main, tenants }: BackupParts, place: PlacedFiles): readonly string[] {
  assertRestorable(main);
  const placed = readPlacedTenants(main);
  for (const { database, slug } of placed) {
    assertDatabaseName(database);
    const path = tenantFile({ tenants: tenants ?? place.tenants }, database);
    if (!existsSync(path)) throw incomplete(path, slug);
    assertRestorable(path);
  }
  return tenants === undefined ? [] : placed.map(({ database }) => database);
}

function copyParts(found: BackupParts, part: PlacedFiles, databases: readonly string[]): void {
  const { tenants } = found;
  for (const path of [part.main, part.tenants]) {
    mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
  }
  copyClosed(found.main, part.main);
  if (tenants === undefined || databases.length === 0) return;
  mkdirSync(part.tenants, { mode: 0o700 });
  for (const database of databases) {
    copyClosed(tenantFile({ tenants }, database), tenantFile(part, database));
  }
  syncTree(part.tenants);
}

function copyClosed(from: string, to: string): void {
  copyFileSync(from, to);
  chmodSync(to, 0o600);
  syncTree(to);
}

function incomplete(path: string, slug: string | null): DomainError {
  return new DomainError(
    "storage_damaged",
    `The backup lacks the database of the tenant ${slug}, ${path}; nothing was changed. Put it there, or take another backup`,
  );
}
