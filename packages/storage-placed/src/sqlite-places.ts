import { existsSync, mkdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { DomainError } from "@tenantry/core";
import { openSqliteStorage, type SqliteStorageOptions } from "@tenantry/storage-sqlite";
import { assertDatabaseName, type PlaceLock, type PlaceServer } from "./place-server.ts";

/** The suffixes of a database's file and of those that SQLite and its writers keep beside it. */
const suffixes = ["", "-wal", "-shm", ".writer"] as const;

/** Tenants' databases as SQLite files in one directory. */
export function createSqlitePlaces(
  directory: string,
  options: Omit<SqliteStorageOptions, "path"> = {},
): PlaceServer {
  const pathOf = (database: string) => {
    assertDatabaseName(database);
    return join(directory, `${database}.db`);
  };
  return {
    // An open file needs a handle for writing and one for reading.
    connections: { least: 2, most: 2 },
    async make(database) {
      const path = pathOf(database);
      if (existsSync(path)) throw new Error(`${path} is there already`);
      await (await openSqliteStorage({ ...options, path })).close();
    },
    async exists(database) {
      // A missing directory, unlike a missing file in it, means a wrong setting or a missing disk.
      if (existsSync(directory)) return existsSync(pathOf(database));
      throw new DomainError(
        "storage_unavailable",
        `The directory ${directory} with the tenants' files is not there; see TENANTRY_DATA_DIR, and what is mounted there`,
      );
    },
    async open(database) {
      const path = pathOf(database);
      if (!existsSync(path)) {
        throw new DomainError(
          "storage_unavailable",
          `The tenant's file ${path} is not there; put it back, or restore it from a backup`,
        );
      }
      return await openSqliteStorage({ ...options, path });
    },
    async drop(database) {
      const path = pathOf(database);
      for (const suffix of suffixes) rmSync(path + suffix, { force: true });
    },
    async tryLock(database) {
      const path = `${pathOf(database)}.lock`;
      mkdirSync(directory, { recursive: true, mode: 0o700 });
      return tryLockFile(path);
    },
  };
}

/** Locks by an exclusive transaction on a small file, which the system ends when its holder dies. */
function tryLockFile(path: string): PlaceLock | undefined {
  const db = new DatabaseSync(path, { timeout: 0 });
  try {
    db.exec("BEGIN EXCLUSIVE");
  } catch (error) {
    db.close();
    if ((error as { errcode?: number }).errcode === busy) return undefined;
    throw error;
  }
  return {
    async release() {
      // A process that waits for it reads the record again, whichever file it has locked.
      rmSync(path, { force: true });
      db.close();
    },
  };
}

/** SQLITE_BUSY (sqlite.org/rescode.html). */
const busy = 5;
