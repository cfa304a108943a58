import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { expect, onTestFinished, test } from "vitest";
import { openSqliteStorage } from "./index.ts";

test("refuses writes, rather than keep them waiting, while the commits of others cannot be read", async () => {
  const directory = mkdtempSync(join(tmpdir(), "tenantry-"));
  const path = join(directory, "t.db");
  const storage = await openSqliteStorage({ path });
  const other = new DatabaseSync(path);
  onTestFinished(async () => {
    other.close();
    await storage.close();
    rmSync(directory, { recursive: true, force: true });
  });
  other.exec("ALTER TABLE events RENAME TO events_elsewhere");
  let isRun = false;
  const write = storage.transaction("t", () => {
    isRun = true;
  });
  await expect(write).rejects.toThrow();
  expect(isRun).toBe(false);
  other.exec("ALTER TABLE events_elsewhere RENAME TO events");
  await storage.transaction("t", () => {
    isRun = true;
  });
  expect(isRun).toBe(true);
});
