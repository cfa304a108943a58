import { accessSync, closeSync, constants, mkdirSync, openSync, statSync } from "node:fs";
import { dirname } from "node:path";
import { DomainError } from "@tenantry/core";

/** SQLite's name for a database that is only in memory. */
export const inMemory = ":memory:";

const onlyOwnerFile = 0o600;
const onlyOwnerDirectory = 0o700;

/**
 * Makes sure that there is a file that can be opened. A new file is readable only by its owner, and SQLite gives the
 * files beside it the same rights. An existing file keeps its rights and content.
 *
 * @throws {DomainError} `storage_unavailable`, with the reason.
 */
export function prepareDatabaseFile(path: string): void {
  try {
    mkdirSync(dirname(path), { recursive: true, mode: onlyOwnerDirectory });
    createIfAbsent(path);
    if (!statSync(path).isFile()) throw notAFile(path);
    accessSync(path, constants.R_OK | constants.W_OK);
    accessSync(dirname(path), constants.W_OK);
  } catch (error) {
    if (error instanceof DomainError) throw error;
    throw new DomainError("storage_unavailable", describe(error, path), { cause: error });
  }
}

function createIfAbsent(path: string): void {
  try {
    closeSync(openSync(path, "wx", onlyOwnerFile));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
  }
}

function notAFile(path: string): DomainError {
  return new DomainError(
    "storage_unavailable",
    `${path} is a directory and no database file. Name a file in it, for example ${path}/tenantry.db`,
  );
}

function describe(error: unknown, path: string): string {
  switch ((error as NodeJS.ErrnoException).code) {
    case "EACCES":
    case "EPERM":
      return `${path} cannot be written. Give this program the right to write the file and its directory`;
    case "EROFS":
      return `${path} is on a file system that is mounted read-only; name another place`;
    case "ENOSPC":
      return `The disk that holds ${path} is full. Free some space and try again`;
    case "ENOTDIR":
    case "EEXIST":
      return `${path} is inside something that is no directory; name another place`;
    default:
      return `${path} cannot be opened: ${error instanceof Error ? error.message : String(error)}`;
  }
}
