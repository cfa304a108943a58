import { mkdtempSync, renameSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { purgeTenant } from "@tenantry/core";
import { describe, expect, onTestFinished, test } from "vitest";
import { tenantId } from "../test/installation.ts";
import { contextOf, describePurging, openDedicated } from "../test/purge-suite.ts";

function makeInstallation() {
  const directory = mkdtempSync(join(tmpdir(), "tenantry-purge-"));
  onTestFinished(() => rmSync(directory, { recursive: true, force: true }));
  return { directory };
}

describe("on SQLite", () => {
  describePurging(async () => makeInstallation());

  test("a tenant's file is not taken for missing where the whole directory is", async () => {
    const installation = makeInstallation();
    const { process: opened } = await openDedicated(installation, "deleted");
    const files = join(installation.directory, "tenants");
    renameSync(files, `${files}-elsewhere`);
    const ctx = await contextOf(opened);
    await expect(purgeTenant(ctx, tenantId)).rejects.toMatchObject({
      code: "storage_unavailable",
      message: expect.stringContaining("is not there"),
    });
    expect(await opened.storage.committed.purges.find(tenantId)).toBeUndefined();
    renameSync(`${files}-elsewhere`, files);
    expect(await purgeTenant(ctx, tenantId)).toMatchObject({ id: tenantId });
  });
});
