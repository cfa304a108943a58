import { chmodSync, existsSync, mkdtempSync, rmSync, statfsSync } from "node:fs";
import { join } from "node:path";

const memoryDisk = "/dev/shm";
/** The tests of a run write far less; a container's usual 64 MB would not do. */
const enoughBytes = 2 * 1024 ** 3;

/**
 * Gives the tests, and the programs that they start, a temporary directory in memory where the system has one. What they prove does not
 * rest on it: they end programs and not machines, and what a program has written outlives it on either. Waiting for a disk is what most
 * tests would do most of the time.
 */
export function keepTemporaryFilesInMemory(): void {
  if (process.env.TMPDIR !== undefined || !existsSync(memoryDisk)) return;
  const { bavail, bsize } = statfsSync(memoryDisk);
  if (bavail * bsize < enoughBytes) return;
  const directory = mkdtempSync(join(memoryDisk, "tenantry-tests-"));
  // Where this runs as root PostgreSQL has a user of its own, who must get to its data.
  chmodSync(directory, 0o755);
  process.env.TMPDIR = directory;
  // A program that a test starts compiles for as long as it then runs; the next one need not.
  process.env.NODE_COMPILE_CACHE ??= join(directory, "compile-cache");
  process.once("exit", () => rmSync(directory, { recursive: true, force: true }));
}
