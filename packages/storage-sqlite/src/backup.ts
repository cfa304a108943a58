import { chmodSync, existsSync, statSync } from "node:fs";
import { backup, DatabaseSync } from "node:sqlite";
import { DomainError } from "@tenantry/core";
import { assertOurs, openReader } from "./connection.ts";
import { toStorageError } from "./sqlite-error.ts";
import { retryWhileBusy } from "./waiting.ts";

/** Called with how many pages have been copied, and the total. */
export type PagesCopied = (done: number, total: number) => void;

const pagesAtOnce = 2000;
const busyTimeoutMs = 5000;

/**
 * Copies a database, as of one moment, into a new file, and checks the copy's integrity. Others can read and write
 * the database meanwhile.
 *
 * @throws {DomainError} `storage_unavailable` where there is nothing to copy or the file cannot be written,
 * `storage_damaged`.
 */
export async function copySqliteFile(
  path: string,
  copy: string,
  onProgress?: PagesCopied | undefined,
): Promise<void> {
  assertPresent(path);
  try {
    await copyPages(path, copy, onProgress);
    finishCopy(copy);
  } catch (error) {
    throw toStorageError(error, path);
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
  copy: string,
  onProgress: PagesCopied | undefined,
): Promise<void> {
  const db = openReader(path);
  try {
    assertOurs(db, path);
    // The read transaction holds the snapshot. Without it every commit of another program would restart the copy.
    const begin = () => db.exec("BEGIN; SELECT 1 FROM tenants LIMIT 1");
    await retryWhileBusy(begin, busyTimeoutMs, (error) => toStorageError(error, path));
    const pages = await backup(db, copy, {
      rate: pagesAtOnce,
      progress: ({ totalPages, remainingPages }) =>
        onProgress?.(totalPages - remainingPages, totalPages),
    });
    onProgress?.(pages, pages);
  } finally {
    db.close();
  }
}

/** Makes the copy a single file, readable only by its owner, and checks its integrity. */
function finishCopy(copy: string): void {
  chmodSync(copy, 0o600);
  const db = new DatabaseSync(copy);
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
