import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, onTestFinished } from "vitest";
import { describeMovingAmongProcesses } from "../../test/process-suite.ts";

describe("on SQLite", () => {
  describeMovingAmongProcesses(async () => {
    const directory = mkdtempSync(join(tmpdir(), "tenantry-move-"));
    onTestFinished(() => rmSync(directory, { recursive: true, force: true }));
    return { directory };
  });
});
