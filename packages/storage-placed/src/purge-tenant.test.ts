import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, onTestFinished } from "vitest";
import { describePurging } from "../test/purge-suite.ts";

describe("on SQLite", () => {
  describePurging(async () => {
    const directory = mkdtempSync(join(tmpdir(), "tenantry-purge-"));
    onTestFinished(() => rmSync(directory, { recursive: true, force: true }));
    return { directory };
  });
});
