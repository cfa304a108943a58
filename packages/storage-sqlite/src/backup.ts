import { chmodSync, existsSync, renameSync, rmSync, statSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { backup, DatabaseSync } from "node:sqlite";
import { DomainError } from "@tenantry/core";
import { assertOurs, openReader } from "./connection.ts";
import { syncDirectory, toFileError } from "./durable-rename.ts";
import { toStorageError } from "./sqlite-error.ts";
import { retryWhileBusy } from "./waiting.ts";

export interface BackupOptions {
  /** Told how many pages have been copied, of how many. */
  readonly onProgress?: ((done: number, total: number) => void) | undefined;
  /** Replaces a file of that name. */
  readonly replace?: boolean | undefined;
}

const pagesAtOnce = 2000;
const busyTimeoutMs = 5000;

/**
 * Copies a database, as it is at one moment, into a file of its own, while others go on reading and writing it. The copy has its name only
 * when it is whole and on disk.
 *
 * @throws {DomainError} `storage_unavailable` where there is nothing to copy or the file cannot be written, `storage_damaged`.
 */
export async function backupSqliteFile(
  path: string,
  target: string,
  options: BackupOptions = {},
): Promise<{ readonly bytes: number }> {
  assertPresent(path);
  if (!options.replace && existsSync(target)) throw exists(target);
  const part = `${target}.part`;
  const removePart = () => {
    for (const suffix of ["", "-journal", "-wal", "-shm"]) rmSync(part + suffix, { force: true });
  };
  try {
    removePart();
    await copyPages(path, part, options.onProgress);
    finishCopy(part);
    renameSync(part, target);
    syncDirectory(dirname(resolve(target)));
    return { bytes: statSync(target).size };
  } catch (error) {
    removePart();
    throw toFileError(toStorageError(error, path), target);
  }
}

/** @throws {DomainError} `storage_unavailable` where there is no database file. */
export function assertPresent(path: string): void {
  if (existsSync(path) && statSync(path).isFile() && statSync(path).size > 0) return;
  throw new DomainError(
    "storage_unavailable",
    `There is no database at ${path}; name another one with --database-url or --data-dir`,
  );
}

async function copyPages(
  path: string,
  part: string,
  onProgress: BackupOptions["onProgress"],
): Promise<void> {
  const db = openReader(path);
  try {
    assertOurs(db, path);
    // The read transaction holds the moment: without it every commit of another program would begin the copy anew.
    const begin = () => db.exec("BEGIN; SELECT 1 FROM tenants LIMIT 1");
    await retryWhileBusy(begin, busyTimeoutMs, (error) => toStorageError(error, path));
    await backup(db, part, {
      rate: pagesAtOnce,
      progress: ({ totalPages, remainingPages }) =>
        onProgress?.(totalPages - remainingPages, totalPages),
    });
  } finally {
    db.close();
  }
}

/** Makes the copy one file that needs no others beside it, readable by its owner alone, and looks whether it is whole. */
function finishCopy(part: string): void {
  chmodSync(part, 0o600);
  const db = new DatabaseSync(part);
  try {
    db.exec("PRAGMA synchronous = FULL; PRAGMA journal_mode = DELETE");
    const [fault] = Object.values(db.prepare("PRAGMA quick_check(1)").get() ?? {});
    if (fault === "ok") return;
    throw new DomainError(
      "storage_damaged",
      `The database is damaged (${fault}), so there is no sound copy of it; restore an earlier backup`,
    );
  } finally {
    db.close();
  }
}

function exists(target: string): DomainError {
  return new DomainError(
    "storage_unavailable",
    `There is a file ${target} already; name another one, or replace it with --force`,
  );
}
