import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** A directory that a test has for itself. */
export function openTemporary() {
  const path = mkdtempSync(join(tmpdir(), "tenantry-sqlite-"));
  return {
    path,
    file: (name: string) => join(path, name),
    remove: () => rmSync(path, { recursive: true, force: true }),
  };
}
