import { existsSync } from "node:fs";
import { type FileHandle, open, rename, rm } from "node:fs/promises";
import { DomainError, isDomainError } from "@tenantry/core";
import { removeOnInterrupt } from "../remove-on-interrupt.ts";

/**
 * Writes a file that only its owner can read, and that gets its name only when it is complete and on disk.
 *
 * @throws {DomainError} `storage_unavailable` where it exists already or cannot be written.
 */
export async function writeWholeFile<T>(
  path: string,
  isReplacing: boolean,
  fill: (write: (text: string) => Promise<void>) => Promise<T>,
): Promise<T> {
  if (!isReplacing && existsSync(path)) {
    throw refused(`There is a file ${path} already; name another one, or replace it with --force`);
  }
  const part = `${path}.part`;
  return await removeOnInterrupt(part, async () => {
    try {
      const file = await open(part, "w", 0o600);
      try {
        const result = await fillAndSync(file, fill).finally(() => file.close());
        await rename(part, path);
        return result;
      } catch (error) {
        await rm(part, { force: true });
        throw error;
      }
    } catch (error) {
      throw isDomainError(error) ? error : refused(describe(error, path), error);
    }
  });
}

async function fillAndSync<T>(
  file: FileHandle,
  fill: (write: (text: string) => Promise<void>) => Promise<T>,
): Promise<T> {
  const result = await fill(async (text) => {
    await file.writeFile(text);
  });
  await file.sync();
  return result;
}

function describe(error: unknown, path: string): string {
  switch ((error as NodeJS.ErrnoException).code) {
    case "ENOENT":
      return `${path}: the directory is not there; make it, or name another place`;
    case "EACCES":
    case "EPERM":
    case "EROFS":
      return `${path} cannot be written; name another place, or give yourself the right to`;
    case "EISDIR":
    case "ENOTEMPTY":
      return `${path} is a directory; name a file in it`;
    case "ENOTDIR":
      return `${path} leads through a file that is no directory; name another place`;
    case "ENAMETOOLONG":
      return `${path} is longer than a file's name can be; name a shorter one`;
    case "ENOSPC":
      return `The disk that holds ${path} is full; free some space and try again`;
    default:
      throw error;
  }
}

function refused(message: string, cause?: unknown): DomainError {
  return new DomainError("storage_unavailable", message, cause === undefined ? {} : { cause });
}
