import { DatabaseSync } from "node:sqlite";
import { DomainError } from "@tenantry/core";
import { sqliteApplicationId } from "@tenantry/storage-sql";

/** In older versions, two connections that reset the write-ahead log at once could lose a commit (sqlite.org/wal.html). */
const oldestSqlite = [3, 51, 3] as const;

/** @throws {DomainError} `storage_unavailable` where this Node's SQLite is too old to be safe with several processes. */
export function assertSqliteVersion(version: string | undefined = process.versions.sqlite): void {
  const parts = (version ?? "0").split(".").map(Number);
  for (const [index, oldest] of oldestSqlite.entries()) {
    const part = parts[index] ?? 0;
    if (part > oldest) return;
    if (part < oldest) {
      throw new DomainError(
        "storage_unavailable",
        `This Node carries SQLite ${version}, which can lose commits; use Node 24 in its newest version (SQLite ≥ ${oldestSqlite.join(".")})`,
      );
    }
  }
}

const cacheKibibytes = 32 * 1024;
const journalLimitBytes = 64 * 1024 * 1024;
/**
 * After this many pages the log is copied into the file. It is four times SQLite's default, so that a page written
 * repeatedly is copied once, and fits what one look-up in the log's index covers (4,062).
 */
const pagesPerCheckpoint = 4000;

/**
 * Opens a handle. The busy time-out is 0, because waiting inside SQLite would block the event loop: callers retry
 * later.
 */
export function openHandle(path: string): DatabaseSync {
  const db = new DatabaseSync(path, {
    timeout: 0,
    enableForeignKeyConstraints: true,
    enableDoubleQuotedStringLiterals: false,
    allowExtension: false,
    defensive: true,
  });
  try {
    // Some of these read the file and may find it in use.
    db.exec(`
      PRAGMA trusted_schema = OFF;
      PRAGMA cell_size_check = ON;
      PRAGMA synchronous = FULL;
      PRAGMA temp_store = MEMORY;
      PRAGMA cache_size = -${cacheKibibytes};
      PRAGMA journal_size_limit = ${journalLimitBytes};
      PRAGMA wal_autocheckpoint = ${pagesPerCheckpoint};
    `);
  } catch (error) {
    db.close();
    throw error;
  }
  return db;
}

/** Opens a read-only handle. */
export function openReader(path: string): DatabaseSync {
  const db = openHandle(path);
  db.exec("PRAGMA query_only = ON");
  return db;
}

/**
 * Refuses a file that contains another program's tables, so that they are never touched.
 *
 * @throws {DomainError} `storage_unavailable`.
 */
export function assertOurs(db: DatabaseSync, path: string): void {
  const applicationId = pragma(db, "application_id");
  if (applicationId === sqliteApplicationId) return;
  const { count } = db.prepare("SELECT count(*) AS count FROM sqlite_schema").get() as {
    count: number;
  };
  if (count === 0 && applicationId === 0) return;
  throw new DomainError(
    "storage_unavailable",
    `${path} is the database of another program. It was left as it is; name another file`,
  );
}

/**
 * Puts the file into WAL mode, in which readers and the writer do not wait for each other. The mode is stored in the
 * file.
 */
export function useWriteAheadLog(db: DatabaseSync, path: string): void {
  const mode = Object.values(db.prepare("PRAGMA journal_mode = WAL").get() ?? {})[0];
  if (mode === "wal") return;
  throw new DomainError(
    "storage_unavailable",
    `${path} is on a file system on which SQLite cannot keep a write-ahead log (it says ${mode}); name a local disk`,
  );
}

export function pragma(db: DatabaseSync, name: string): unknown {
  return Object.values(db.prepare(`PRAGMA ${name}`).get() ?? {})[0];
}
