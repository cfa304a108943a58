import { rmSync } from "node:fs";
import { resolve } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { DomainError, isDomainError } from "@tenantry/core";
import { makeBackup } from "@tenantry/storage-sqlite/machinery";
import { copyFiles } from "./copy-files.ts";
import { type DirectoryLayout, isDirectoryOfOurs, layoutOf } from "./directory-layout.ts";
import { isSameStamps, stampSourceFiles } from "./file-stamps.ts";
import { inspectJsonDirectory, renamedIn } from "./inspect.ts";

/** What a directory holds, but for the locks: with those it is one that programs work in, and no backup. */
const backupContents =
  /^(organizations\.json|org_users\.json|tenantry(\/(\.gitignore|(tables|secrets)(\/[^/]*\.json)?|[^/]*\.jsonl?))?)(\.tmp)?$/;

const program = "tenantry backup";
const busyTimeoutMs = 5000;

/**
 * Copies a directory, as it is at one moment, into another one, while others go on reading and writing it; the copy is looked through by
 * the code that opens directories, and only then has its name.
 *
 * @param options.replace Replaces a directory with nothing in it but a backup.
 * @throws {DomainError} `storage_unavailable` where there is nothing to copy or something at its place, `storage_damaged`, `storage_busy`.
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

/** @throws {DomainError} `storage_unavailable` where there is no directory of ours or of the Python module. */
function assertPresent(layout: DirectoryLayout): void {
  if (isDirectoryOfOurs(layout)) return;
  throw new DomainError(
    "storage_unavailable",
    `There is no JSON directory at ${layout.directory}; name another one with --database-url or --data-dir`,
  );
}

/** The Python module empties a file before it writes it: a copy from in between is made anew. */
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
