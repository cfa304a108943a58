import { existsSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Placement } from "@tenantry/core";
import { tenantRecord, userRecord } from "@tenantry/storage-testkit/records";
import { describe, expect, onTestFinished, test } from "vitest";
import { makeAndDie, stateOf, steps } from "../test/killed-makers.ts";
import { addDedicatedTenant, openPlaced } from "../test/open-placed.ts";
import type { PlaceServer } from "./index.ts";

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
    const locks = readdirSync(join(directory, "tenants")).filter((name) => name.includes("lock"));
    expect(locks).toEqual([]);
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

  test("closes a database and leads nobody there any more before it is taken away", async () => {
    const { storage: elsewhere, server, directory } = await openPlaced();
    const atRemoval: unknown[] = [];
    const removing: PlaceServer = {
      ...server,
      async drop(database) {
        const found = async () => await elsewhere.committed.users.find("t", "ann");
        atRemoval.push(server.counts.open, await found().catch(({ code }) => code));
        await server.drop(database);
      },
    };
    const { storage } = await openPlaced({ server: removing }, directory);
    const making = storage.places.withNewPlace(tenant, async () => {
      await storage.transaction("t", (ports) => ports.tenants.insert(tenant));
      throw failure;
    });
    await expect(making).rejects.toBe(failure);
    expect(atRemoval).toEqual([0, "tenant_not_found"]);
    expect(await storage.committed.tenants.find("t")).toBeUndefined();
  });

  test("makes many that are wanted at once with few connections", async () => {
    const { storage } = await openPlaced({ connections: 4, queueTimeoutMs: 5_000 });
    const wanted = ["a", "b", "c", "d", "e", "f"].map((id) =>
      storage.places.withNewPlace(tenantRecord(id, { placement: "dedicated" }), () =>
        storage.transaction(id, (ports) => ports.tenants.insert(tenantRecord(id))),
      ),
    );
    await Promise.all(wanted);
    expect((await stateOf(storage)).placements).toHaveLength(6);
  });

  test("takes away first what a maker left who is gone", async () => {
    const { storage, directory } = await openPlaced();
    await makeAndDie(directory, "make", "after");
    const other = tenantRecord("u", { placement: "dedicated" });
    await storage.places.withNewPlace(other, () =>
      storage.transaction("u", (ports) => ports.tenants.insert(other)),
    );
    const { placements, databases } = await stateOf(storage);
    expect(placements).toEqual(["u steady"]);
    expect(filesOf(directory)).toEqual([`${databases[0]}.db`]);
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

describe("cleaning up", () => {
  test("leaves a tenant alone that moves", async () => {
    const placed = await openPlaced();
    const there = await addDedicatedTenant(placed, "t");
    await placed.main.transaction(null, (ports) =>
      ports.placements.update({ ...there, state: "moving", epoch: 2 }, 1),
    );
    await placed.storage.places.cleanUp();
    expect((await stateOf(placed.storage)).placements).toEqual(["t moving"]);
    expect(await placed.storage.committed.users.find("t", "ann")).toBeDefined();
  });

  test("leaves a tenant alone whose maker had ended when its lock was free", async () => {
    const placed = await openPlaced();
    const { main, server, directory } = placed;
    const there = await addDedicatedTenant(placed, "t");
    const set = (state: Placement["state"], epoch: number) =>
      main.transaction(null, ({ placements }) =>
        placements.update({ ...there, state, epoch: epoch + 1 }, epoch),
      );
    await set("making", 1);
    const late: PlaceServer = {
      ...server,
      async tryLock(database) {
        await set("steady", 2);
        return await server.tryLock(database);
      },
    };
    // As many as it takes: they are there again afterwards.
    const few = { connections: 3, queueTimeoutMs: 5_000 };
    const { storage } = await openPlaced({ server: late, ...few }, directory);
    await storage.places.cleanUp();
    expect((await stateOf(storage)).placements).toEqual(["t steady"]);
    expect(await storage.committed.users.find("t", "ann")).toBeDefined();
  });
});
