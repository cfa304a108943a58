import { resolve } from "node:path";
import { DomainError } from "@tenantry/core";
import { layoutOf } from "./directory-layout.ts";
import { isOpen } from "./open-mark.ts";

/**
 * Refuses a directory that a Tenantry program has open, including this one. (The Python module leaves no mark.)
 *
 * @param program The command that needs the directory for itself, for the message.
 * @throws {DomainError} `storage_busy`.
 */
export function assertDirectoryUnused(directory: string, program: string): void {
  if (isOpen(layoutOf(resolve(directory)))) throw inUse(directory, program);
}

export function inUse(directory: string, program: string): DomainError {
  return new DomainError(
    "storage_busy",
    `${directory} is open in another program; stop every program that uses it (tenantry serve), then run ${program} again`,
  );
}
