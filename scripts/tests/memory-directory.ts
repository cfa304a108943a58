import { chmodSync, existsSync, mkdtempSync, rmSync, statfsSync } from "node:fs";
import { join } from "node:path";

const memoryDisk = "/dev/shm";
/** The free space that is required. Tests write far less, but a container's usual 64 MB are not enough. */
const enoughBytes = 2 * 1024 ** 3;

/**
 * Gives the tests and the programs that they start a temporary directory in memory, if the system has one, because most
 * tests would otherwise mainly wait for the disk. This does not weaken them: they kill programs and not machines, and
 * written files survive a program's end on a disk and in memory alike.
 */
export function keepTemporaryFilesInMemory(): void {
  if (process.env.TMPDIR !== undefined || !existsSync(memoryDisk)) return;
  const { bavail, bsize } = statfsSync(memoryDisk);
  if (bavail * bsize < enoughBytes) return;
  const directory = mkdtempSync(join(memoryDisk, "tenantry-tests-"));
  // If this runs as root, PostgreSQL runs as another user, who must have access to its data.
  chmodSync(directory, 0o755);
  process.env.TMPDIR = directory;
  // Compiling takes as long as running for the programs that tests start, so compiled code is kept for the next one.
  process.env.NODE_COMPILE_CACHE ??= join(directory, "compile-cache");
  process.once("exit", () => rmSync(directory, { recursive: true, force: true }));
}
