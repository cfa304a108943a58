import { existsSync, renameSync } from "node:fs";
import { DatabaseSync } from "node:sqlite";
import { DomainError, isDomainError } from "@tenantry/core";
import { schemaState } from "@tenantry/storage-sql";
import { assertUnused } from "./assert-unused.ts";
import { assertPresent } from "./backup.ts";
import { assertOurs } from "./connection.ts";
import { readLedger } from "./migrate.ts";
import { toStorageError } from "./sqlite-error.ts";

/**
 * Checks, read-only, that a database can be restored in place of another.
 *
 * @throws {DomainError} `storage_damaged`, `storage_newer`, `storage_unavailable`.
 */
export function assertRestorable(path: string): void {
  assertPresent(path);
  let db: DatabaseSync | undefined;
  try {
    db = new DatabaseSync(path, { readOnly: true });
    assertOurs(db, path);
    schemaState(readLedger(db));
    const [fault] = Object.values(db.prepare("PRAGMA integrity_check(1)").get() ?? {});
    if (fault === "ok") return;
    throw new DomainError(
      "storage_damaged",
      `The backup ${path} is damaged (${fault}); nothing was changed. Take another backup`,
    );
  } catch (error) {
    const known = toStorageError(error, path);
    if (!isDomainError(known, "storage_damaged")) throw known;
    throw new DomainError(
      "storage_damaged",
      `The backup ${path} is damaged or no database of Tenantry; nothing was changed. Take another backup`,
      { cause: error },
    );
  } finally {
    db?.close();
  }
}

/**
 * Renames a database and the files beside it, once nobody has it open.
 *
 * @returns a function that undoes it.
 * @throws {DomainError} `storage_busy`, `storage_unavailable`.
 */
export function setAsideSqliteFile(path: string, keptAs: string): () => void {
  assertUnused(path, "tenantry restore");
  if (existsSync(keptAs)) throw placeTaken(keptAs);
  renameFiles(path, keptAs);
  return () => renameFiles(keptAs, path);
}

function renameFiles(from: string, to: string): void {
  for (const suffix of ["-wal", "-shm", ""]) {
    if (existsSync(from + suffix)) renameSync(from + suffix, to + suffix);
  }
}

/** The name under which something is kept when a backup takes its place. */
export function replacedName(path: string, now: Date): string {
  return `${path}.replaced-${now.toISOString().replaceAll(/[:.]/g, "")}`;
}

export function placeTaken(path: string): DomainError {
  return new DomainError(
    "storage_unavailable",
    `There is a database at ${path}; with --force the backup takes its place and it is kept under another name`,
  );
}
