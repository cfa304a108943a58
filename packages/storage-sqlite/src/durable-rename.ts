import { closeSync, fsyncSync, openSync } from "node:fs";
import { DomainError, isDomainError } from "@tenantry/core";

/** Flushes a directory, so that the names in it survive a crash. */
export function syncDirectory(path: string): void {
  // Windows has no directory handles and flushes names itself.
  if (process.platform === "win32") return;
  syncPath(path);
}

/** Flushes a file's content to disk. */
export function syncPath(path: string): void {
  const handle = openSync(path, "r");
  try {
    fsyncSync(handle);
  } finally {
    closeSync(handle);
  }
}

/** A file system error as one line that says what to do. */
export function toFileError(error: unknown, path: string): unknown {
  if (isDomainError(error)) return error;
  const { code } = error as NodeJS.ErrnoException;
  if (typeof code !== "string") return error;
  return new DomainError("storage_unavailable", `${path}: ${describe(code, error)}`, {
    cause: error,
  });
}

function describe(code: string, error: unknown): string {
  switch (code) {
    case "ENOENT":
      return "the directory is not there; make it, or name another place";
    case "EACCES":
    case "EPERM":
      return "cannot be read or written; give this program the right to";
    case "EISDIR":
      return "is a directory; name a file in it";
    case "ENOSPC":
      return "the disk is full; free some space and try again";
    case "EROFS":
      return "is on a file system that is mounted read-only; name another place";
    default:
      return error instanceof Error ? error.message : String(error);
  }
}
