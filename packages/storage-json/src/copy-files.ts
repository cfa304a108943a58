import {
  chmodSync,
  constants,
  copyFileSync,
  existsSync,
  readdirSync,
  renameSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { backoffMs } from "@tenantry/storage-sqlite/machinery";
import {
  type DirectoryLayout,
  layoutOf,
  onlyOwnerFile,
  prepareDirectory,
} from "./directory-layout.ts";
import { temporaryOf } from "./durable-files.ts";
import { openExclusiveLock } from "./exclusive-lock.ts";

/**
 * Copies the files of a directory into a new one, as they are at one moment: under the lock no program of ours writes. The lock's own files
 * stay behind, since a copy of them would be in nobody's hand (and closing one would give up the locks that this process holds on it).
 * Until the copy is whole nobody can open it, whatever happens to this program.
 *
 * @throws {DomainError} `storage_busy` where another holds the lock for longer than `busyTimeoutMs`.
 */
export async function copyFiles(
  layout: DirectoryLayout,
  target: string,
  program: string,
  busyTimeoutMs: number,
): Promise<DirectoryLayout> {
  const copy = layoutOf(target);
  prepareDirectory(copy);
  // A format that names no version is refused by whoever opens it.
  writeFileSync(copy.format, "", { mode: onlyOwnerFile });
  let hasFormat = false;
  await underLock(layout, program, busyTimeoutMs, () => {
    for (const [from, to] of [
      [layout.directory, copy.directory],
      [layout.own, copy.own],
      [layout.tables, copy.tables],
      [layout.secrets, copy.secrets],
    ] as const) {
      for (const name of filesOf(from, layout)) copyFile(join(from, name), join(to, name));
    }
    hasFormat = existsSync(layout.format);
    if (hasFormat) copyFile(layout.format, temporaryOf(copy.format));
  });
  if (hasFormat) renameSync(temporaryOf(copy.format), copy.format);
  else rmSync(copy.format);
  return copy;
}

/** A file system that shares blocks does so until one of the two is written: then the lock is held for next to no time. */
function copyFile(from: string, to: string): void {
  copyFileSync(from, to, constants.COPYFILE_FICLONE);
  chmodSync(to, onlyOwnerFile);
}

/** Those of ours in one of our directories, but for the format. What else lies beside the source files is nobody's business here. */
function filesOf(directory: string, layout: DirectoryLayout): readonly string[] {
  if (directory === layout.directory) {
    return ["organizations.json", "org_users.json"].filter((name) =>
      existsSync(join(directory, name)),
    );
  }
  if (!existsSync(directory)) return [];
  return readdirSync(directory, { withFileTypes: true })
    .filter((entry) => entry.isFile() && !entry.name.startsWith("lock.db"))
    .map(({ name }) => name)
    .filter((name) => join(directory, name) !== layout.format);
}

/** Where there is no lock yet, no program of ours was here. */
async function underLock(
  layout: DirectoryLayout,
  program: string,
  busyTimeoutMs: number,
  work: () => void,
): Promise<void> {
  if (!existsSync(layout.lock)) return work();
  const lock = openExclusiveLock(layout.lock, layout.directory, program, busyTimeoutMs);
  try {
    const deadline = performance.now() + busyTimeoutMs;
    for (let attempt = 0; !lock.tryTake(); attempt += 1) {
      if (performance.now() >= deadline) throw lock.busyError();
      await delay(backoffMs(attempt));
    }
    work();
  } finally {
    lock.release();
    lock.close();
  }
}
