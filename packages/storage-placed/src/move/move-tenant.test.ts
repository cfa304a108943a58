import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, onTestFinished } from "vitest";
import { describeMoving } from "../../test/move-suite.ts";

describe("on SQLite", () => {
  describeMoving(async () => {
    const directory = mkdtempSync(join(tmpdir(), "tenantry-move-"));
    onTestFinished(() => rmSync(directory, { recursive: true, force: true }));
    return { directory };
  });
});
