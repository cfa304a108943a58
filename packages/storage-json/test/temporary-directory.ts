import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { onTestFinished } from "vitest";

/** A directory of the test's own, gone with the test. */
export function makeDirectory(): string {
  const directory = mkdtempSync(join(tmpdir(), "storage-json-"));
  onTestFinished(() => rmSync(directory, { recursive: true, force: true }));
  return directory;
}
