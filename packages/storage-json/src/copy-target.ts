import { randomBytes } from "node:crypto";
import { existsSync, readdirSync, renameSync, rmdirSync, rmSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { type CopyTarget, DomainError } from "@tenantry/core";
import { toDirectoryError } from "./directory-error.ts";
import { syncDirectory } from "./durable-files.ts";
import { type JsonStorageOptions, openJsonStorage } from "./json-storage.ts";

/**
 * Creates a directory for a copy. It has a temporary name until it is complete, and is then renamed in one step.
 *
 * @throws {DomainError} `storage_unavailable` if the target exists and is not empty.
 */
export async function openJsonCopyTarget(options: JsonStorageOptions): Promise<CopyTarget> {
  const directory = resolve(options.directory);
  if (!isFree(directory)) throw taken(directory);
  const part = `${directory}.${randomBytes(4).toString("hex")}.part`;
  const remove = () => rmSync(part, { recursive: true, force: true });
  const storage = await openJsonStorage({ ...options, directory: part });
  return {
    storage,
    async finish() {
      await storage.close();
      try {
        if (!isFree(directory)) throw taken(directory);
        if (existsSync(directory)) rmdirSync(directory);
        renameSync(part, directory);
        await syncDirectory(dirname(directory));
      } catch (error) {
        remove();
        throw toDirectoryError(error, directory);
      }
    },
    async abandon() {
      await storage.close();
      remove();
    },
  };
}

function isFree(directory: string): boolean {
  if (!existsSync(directory)) return true;
  try {
    return readdirSync(directory).length === 0;
  } catch {
    return false;
  }
}

function taken(directory: string): DomainError {
  return new DomainError(
    "storage_unavailable",
    `${directory} is there already and not empty; name a directory that is not there yet`,
  );
}
