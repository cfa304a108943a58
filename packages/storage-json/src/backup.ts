import { rmSync } from "node:fs";
import { resolve } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { DomainError, isDomainError } from "@tenantry/core";
import { makeBackup } from "@tenantry/storage-sqlite/machinery";
import { copyFiles } from "./copy-files.ts";
import { type DirectoryLayout, isDirectoryOfOurs, layoutOf } from "./directory-layout.ts";
import { isSameStamps, stampSourceFiles } from "./file-stamps.ts";
import { inspectJsonDirectory, renamedIn } from "./inspect.ts";

/** The contents of a backup. A directory that also has the lock files is one that programs work in. */
const backupContents =
  /^(organizations\.json|org_users\.json|tenantry(\/(\.gitignore|(tables|secrets)(\/[^/]*\.json)?|[^/]*\.jsonl?))?)(\.tmp)?$/;

const program = "tenantry backup";
const busyTimeoutMs = 5000;

/**
 * Copies a directory into another one, in the state of one moment, while others read and write it. The copy is checked by
 * the code that opens directories before it gets its final name.
 *
 * @param options.replace Replaces a directory that contains nothing but a backup.
 * @throws {DomainError} `storage_unavailable` if there is nothing to copy or the target exists, `storage_damaged`,
 * `storage_busy`.
 */
export async function backupJsonDirectory(
  directory: string,
  target: string,
  options: { readonly replace?: boolean | undefined } = {},
): Promise<{ readonly bytes: number }> {
  const layout = layoutOf(resolve(directory));
  assertPresent(layout);
  const place = { source: layout.directory, target, ...options, contents: backupContents };
  return await makeBackup(place, async (part) => {
    await copySound(layout, part);
    return part;
  });
}

/** @throws {DomainError} `storage_unavailable` if it is neither a JSON directory of Tenantry nor of the Python module. */
function assertPresent(layout: DirectoryLayout): void {
  if (isDirectoryOfOurs(layout)) return;
  throw new DomainError(
    "storage_unavailable",
    `There is no JSON directory at ${layout.directory}; name another one with --database-url or --data-dir`,
  );
}

/** The Python module empties a file before it writes it. A copy that was taken in between is repeated. */
const attempts = 6;
const pauseMs = 50;

async function copySound(layout: DirectoryLayout, part: string): Promise<void> {
  for (let attempt = 1; ; attempt += 1) {
    const before = stampSourceFiles(layout);
    await copyFiles(layout, part, program, busyTimeoutMs);
    try {
      await inspectJsonDirectory(part);
      return;
    } catch (error) {
      await delay(pauseMs);
      const isSame = isSameStamps(before, stampSourceFiles(layout));
      if (isSame || attempt === attempts || !isDomainError(error, "storage_damaged")) {
        throw renamedIn(error, part, layout.directory);
      }
    }
    rmSync(part, { recursive: true });
  }
}
