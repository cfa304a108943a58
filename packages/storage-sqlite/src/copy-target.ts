import { randomBytes } from "node:crypto";
import { existsSync, linkSync, rmSync, statSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { type CopyTarget, DomainError } from "@tenantry/core";
import { syncDirectory, toFileError } from "./durable-rename.ts";
import { openSqliteStorage, type SqliteStorageOptions } from "./sqlite-storage.ts";

/**
 * Creates a database file for a copy. It has a temporary name until it is complete, and then gets its own in one
 * step.
 *
 * @throws {DomainError} `storage_unavailable` where something exists at its place.
 */
export async function openSqliteCopyTarget(options: SqliteStorageOptions): Promise<CopyTarget> {
  const path = resolve(options.path);
  assertFree(path);
  const part = `${path}.${randomBytes(4).toString("hex")}.part`;
  const remove = () => {
    for (const suffix of ["", "-wal", "-shm", ".writer"]) rmSync(part + suffix, { force: true });
  };
  const storage = await openSqliteStorage({ ...options, path: part });
  return {
    storage,
    async finish() {
      await storage.close();
      try {
        // A link fails if something exists there by now; a rename would replace it.
        linkSync(part, path);
        syncDirectory(dirname(path));
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code === "EEXIST") throw taken(path);
        throw toFileError(error, path);
      } finally {
        remove();
      }
    },
    async abandon() {
      await storage.close();
      remove();
    },
  };
}

function assertFree(path: string): void {
  if (existsSync(path) && !(statSync(path).isFile() && statSync(path).size === 0)) {
    throw taken(path);
  }
  rmSync(path, { force: true });
}

function taken(path: string): DomainError {
  return new DomainError(
    "storage_unavailable",
    `There is something at ${path} already; name a file that is not there yet`,
  );
}
