import { existsSync, mkdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { DomainError } from "@tenantry/core";
import { openSqliteStorage, type SqliteStorageOptions } from "@tenantry/storage-sqlite";
import { assertDatabaseName, type PlaceLock, type PlaceServer } from "./place-server.ts";

/** A file of a database, and those that SQLite and its writers keep beside it. */
const suffixes = ["", "-wal", "-shm", ".writer"] as const;

/** Databases of tenants as SQLite files in one directory. */
export function createSqlitePlaces(
  directory: string,
  options: Omit<SqliteStorageOptions, "path"> = {},
): PlaceServer {
  const pathOf = (database: string) => {
    assertDatabaseName(database);
    return join(directory, `${database}.db`);
  };
  return {
    // A file that is open takes a handle for writing and one for reading.
    connections: { least: 2, most: 2 },
    async make(database) {
      const path = pathOf(database);
      if (existsSync(path)) throw new Error(`${path} is there already`);
      await (await openSqliteStorage({ ...options, path })).close();
    },
    async exists(database) {
      // A directory that is not there, and not a file in it, is a setting or a disk that is amiss.
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

/** An exclusive transaction on a small file, which the system gives up when its holder dies. */
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
      // Whoever waits for it looks at the record once more, whichever file they hold.
      rmSync(path, { force: true });
      db.close();
    },
  };
}

/** SQLITE_BUSY (sqlite.org/rescode.html). */
const busy = 5;
