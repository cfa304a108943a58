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
 * Copies the files of a directory into a new one, in the state of one moment: while the lock is held, no Tenantry program
 * writes. The lock files are not copied, because a copy would lock nothing (and closing a copy would release the locks that
 * this process holds). Until the copy is complete nobody can open it, even if this program is killed.
 *
 * @throws {DomainError} `storage_busy` if another process holds the lock for longer than `busyTimeoutMs`.
 */
export async function copyFiles(
  layout: DirectoryLayout,
  target: string,
  program: string,
  busyTimeoutMs: number,
): Promise<DirectoryLayout> {
  const copy = layoutOf(target);
  prepareDirectory(copy);
  // Opening a directory whose format file names no version is refused.
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

/** On a file system with copy-on-write the copy shares its blocks, so the lock is held only very briefly. */
function copyFile(from: string, to: string): void {
  copyFileSync(from, to, constants.COPYFILE_FICLONE);
  chmodSync(to, onlyOwnerFile);
}

/** The files to copy: of the top directory only the two source files, of Tenantry's own directories all but locks and the format file. */
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

/** If there is no lock file yet, no Tenantry program has opened the directory. */
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
