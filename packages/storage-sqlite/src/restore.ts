import {
  chmodSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  renameSync,
  rmSync,
  statSync,
} from "node:fs";
import { dirname, resolve } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { DomainError, isDomainError } from "@tenantry/core";
import { schemaState } from "@tenantry/storage-sql";
import { assertUnused } from "./assert-unused.ts";
import { assertPresent } from "./backup.ts";
import { assertOurs } from "./connection.ts";
import { syncDirectory, syncPath, toFileError } from "./durable-rename.ts";
import { readLedger } from "./migrate.ts";
import { toStorageError } from "./sqlite-error.ts";

export interface RestoreOptions {
  /** Puts the backup in the place of a database that is there; that one is kept beside it under another name. */
  readonly replace?: boolean | undefined;
  /** For the name under which a replaced database is kept. */
  readonly now: Date;
}

/**
 * Puts a backup in the place of a database. The backup is looked through first and only read; a database that is there is never
 * overwritten, and no program may have it open.
 *
 * @returns Where a database that was there is now.
 * @throws {DomainError} `storage_damaged`, `storage_newer`, `storage_unavailable`, `storage_busy`.
 */
export function restoreSqliteFile(
  backupPath: string,
  path: string,
  options: RestoreOptions,
): { readonly keptAs: string | null } {
  const part = `${path}.restoring`;
  try {
    assertRestorable(backupPath);
    const isPresent = existsSync(path) && statSync(path).size > 0;
    if (isPresent && !options.replace) throw exists(path);
    mkdirSync(dirname(resolve(path)), { recursive: true, mode: 0o700 });
    copyFileSync(backupPath, part);
    chmodSync(part, 0o600);
    syncPath(part);
    const keptAs = isPresent ? setAside(path, options.now) : null;
    renameSync(part, path);
    syncDirectory(dirname(resolve(path)));
    return { keptAs };
  } catch (error) {
    rmSync(part, { force: true });
    throw toFileError(error, path);
  }
}

function assertRestorable(path: string): void {
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

/** Renames the database and the files beside it, once nobody has it open. */
function setAside(path: string, now: Date): string {
  assertUnused(path, "tenantry restore");
  const keptAs = `${path}.replaced-${now.toISOString().replaceAll(/[:.]/g, "")}`;
  if (existsSync(keptAs)) throw exists(keptAs);
  for (const suffix of ["-wal", "-shm", ""]) {
    if (existsSync(path + suffix)) renameSync(path + suffix, keptAs + suffix);
  }
  return keptAs;
}

function exists(path: string): DomainError {
  return new DomainError(
    "storage_unavailable",
    `There is a database at ${path}; with --force the backup takes its place and it is kept under another name`,
  );
}
