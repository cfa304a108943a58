import { existsSync, rmSync } from "node:fs";
import { join } from "node:path";
import { DomainError } from "@tenantry/core";
import { openSqliteStorage, type SqliteStorageOptions } from "@tenantry/storage-sqlite";
import { assertDatabaseName, type PlaceServer } from "./place-server.ts";

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
  };
}
