import { copyFileSync, existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { backoffMs } from "@tenantry/storage-sqlite/machinery";
import { type DirectoryLayout, layoutOf, prepareDirectory } from "./directory-layout.ts";
import { openExclusiveLock } from "./exclusive-lock.ts";

/**
 * Copies the files of a directory into a new one, as they are at one moment: under the lock no program of ours writes. The lock's own files
 * stay behind, since a copy of them would be in nobody's hand (and closing one would give up the locks that this process holds on it).
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
  await underLock(layout, program, busyTimeoutMs, () => {
    for (const [from, to] of [
      [layout.directory, copy.directory],
      [layout.own, copy.own],
      [layout.tables, copy.tables],
      [layout.secrets, copy.secrets],
    ] as const) {
      for (const name of filesOf(from, layout)) copyFileSync(join(from, name), join(to, name));
    }
  });
  return copy;
}

/** Those of ours in one of our directories. What else lies beside the source files is nobody's business here. */
function filesOf(directory: string, layout: DirectoryLayout): readonly string[] {
  if (directory === layout.directory) {
    return ["organizations.json", "org_users.json"].filter((name) =>
      existsSync(join(directory, name)),
    );
  }
  if (!existsSync(directory)) return [];
  return readdirSync(directory, { withFileTypes: true })
    .filter((entry) => entry.isFile() && !entry.name.startsWith("lock.db"))
    .map(({ name }) => name);
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
