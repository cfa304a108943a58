import { existsSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { tenantRecord, userRecord } from "@tenantry/storage-testkit/records";
import { describe, expect, onTestFinished, test } from "vitest";
import { makeAndDie, stateOf, steps } from "../test/killed-makers.ts";
import { openPlaced } from "../test/open-placed.ts";

const tenant = tenantRecord("t", { placement: "dedicated" });
const failure = new Error("creation that fails");

const filesOf = (directory: string) => {
  const tenants = join(directory, "tenants");
  return existsSync(tenants) ? readdirSync(tenants).filter((name) => name.endsWith(".db")) : [];
};

describe("making a tenant's database", () => {
  test("leads all of the tenant's calls there, once it is made", async () => {
    const { storage, directory } = await openPlaced();
    await storage.places.withNewPlace(tenant, () =>
      storage.transaction("t", async (ports) => {
        await ports.tenants.insert(tenant);
        await ports.users.insert(userRecord("t", "ann"));
      }),
    );
    const { databases, placements } = await stateOf(storage);
    expect(placements).toEqual(["t steady"]);
    expect(filesOf(directory)).toEqual([`${databases[0]}.db`]);
    expect(await storage.committed.users.find("t", "ann")).toBeDefined();
  });

  test("leaves nothing behind where the tenant cannot be created, not even its name", async () => {
    const { storage, directory } = await openPlaced();
    const making = storage.places.withNewPlace(tenant, async () => {
      await storage.transaction(null, (ports) =>
        ports.registeredOrganizations.insert({
          serial: 1,
          name_key: "acme",
          name: "Acme",
          admin_email: "ann@example.com",
          tenant_id: "t",
          admin_user_id: "ann",
          created_at: tenant.created_at,
        }),
      );
      await storage.transaction("t", (ports) => ports.tenants.insert(tenant));
      throw failure;
    });
    await expect(making).rejects.toBe(failure);
    expect(await stateOf(storage)).toEqual({ tenants: [], placements: [], databases: [] });
    expect(await storage.committed.registeredOrganizations.find("acme")).toBeUndefined();
    expect(filesOf(directory)).toEqual([]);
  });

  test("leaves alone what another process is making", async () => {
    const placed = await openPlaced();
    const other = await openPlaced({}, placed.directory);
    const { storage } = placed;
    await storage.places.withNewPlace(tenant, async () => {
      await other.storage.places.cleanUp();
      await storage.transaction("t", (ports) => ports.tenants.insert(tenant));
    });
    expect((await stateOf(other.storage)).placements).toEqual(["t steady"]);
    expect(await other.storage.committed.tenants.find("t")).toBeDefined();
  });

  test.each(steps)(
    "killed at %s, %s, is finished or gone after the next opening",
    async (step, when, isThere) => {
      const directory = mkdtempSync(join(tmpdir(), "tenantry-killed-"));
      onTestFinished(() => rmSync(directory, { recursive: true }));
      await makeAndDie(directory, step, when);
      const { storage } = await openPlaced({}, directory);
      await storage.places.cleanUp();
      const state = await stateOf(storage);
      expect(state.tenants).toEqual(isThere ? ["t"] : []);
      expect(state.placements).toEqual(isThere ? ["t steady"] : []);
      expect(filesOf(directory)).toEqual(state.databases.map((database) => `${database}.db`));
      expect((await storage.committed.tenants.find("t"))?.id).toBe(isThere ? "t" : undefined);
    },
  );
});
