import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { onTestFinished } from "vitest";

/** A directory of the test's own, gone with the test. */
export function makeDirectory(): string {
  const directory = mkdtempSync(join(tmpdir(), "storage-json-"));
  onTestFinished(() => rmSync(directory, { recursive: true, force: true }));
  return directory;
}

/** Every file of a directory by its path, but for the lock. */
export type Content = Readonly<Record<string, string>>;

export function contentOf(directory: string): Content {
  const files = readdirSync(directory, { recursive: true, encoding: "utf8" })
    .filter((name) => !name.includes("lock.db") && statSync(join(directory, name)).isFile())
    .sort();
  return Object.fromEntries(
    files.map((name) => [name, readFileSync(join(directory, name), "utf8")]),
  );
}

export function writeContent(directory: string, content: Content): void {
  for (const [name, text] of Object.entries(content)) {
    mkdirSync(dirname(join(directory, name)), { recursive: true });
    writeFileSync(join(directory, name), text);
  }
}
