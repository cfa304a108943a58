import { DatabaseSync } from "node:sqlite";
import type { Plan, Ports, Storage } from "@tenantry/core";
import { definedQueries, defineEveryPage, sqliteDialect } from "@tenantry/storage-sql";
import { planRecord, tenantRecord } from "@tenantry/storage-testkit/records";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { openTemporary } from "../test/temporary.ts";
import { findEffect } from "./catalogue-memory.ts";
import { openSqliteStorage } from "./index.ts";

const tenant = "ten_1";

describe("the writer's memory of plans and tenants", () => {
  let directory: ReturnType<typeof openTemporary>;
  let path: string;
  let storage: Storage;

  beforeEach(async () => {
    directory = openTemporary();
    path = directory.file("tenantry.db");
    storage = await openSqliteStorage({ path });
    await storage.transaction(tenant, async (ports) => {
      await ports.tenants.insert(tenantRecord(tenant, { name: "Acme" }));
      await ports.plans.insert(planRecord(tenant, "free", { name: "Free", is_default: true }));
    });
    // From here on the plan and the tenant are remembered.
    expect(await namesOf(storage)).toEqual(["Free", "Acme"]);
  });

  afterEach(async () => {
    await storage.close();
    directory.remove();
  });

  async function namesOf(read: Storage): Promise<(string | undefined)[]> {
    return await read.transaction(tenant, async (ports) => {
      const names = [(await ports.plans.findDefault(tenant))?.name];
      names.push((await ports.tenants.find(tenant))?.name);
      return names;
    });
  }

  async function rename(ports: Ports, name: string): Promise<void> {
    const plan = (await ports.plans.findDefault(tenant)) as Plan;
    await ports.plans.update({ ...plan, name });
  }

  test("shows a transaction what it changed itself, and those after it what was committed", async () => {
    const seen = await storage.transaction(tenant, async (ports) => {
      await rename(ports, "Changed");
      return (await ports.plans.findDefault(tenant))?.name;
    });
    expect(seen).toBe("Changed");
    expect(await namesOf(storage)).toEqual(["Changed", "Acme"]);
  });

  test.each(["alone", "together with others"])(
    "shows nothing that was rolled back, %s",
    async (how) => {
      const failing = storage.transaction(tenant, async (ports) => {
        await rename(ports, "Rolled back");
        // Reads after the change, which must not be remembered.
        await ports.plans.findDefault(tenant);
        throw new Error("no");
      });
      const others = how === "alone" ? [] : [namesOf(storage), namesOf(storage)];
      await expect(failing).rejects.toThrow("no");
      for (const seen of await Promise.all(others)) expect(seen).toEqual(["Free", "Acme"]);
      expect(await namesOf(storage)).toEqual(["Free", "Acme"]);
    },
  );

  test("tells a plan of one tenant from that of another, whatever characters their names have", async () => {
    const others = ["ten 1", "ten"].map((id) => tenantRecord(id));
    await storage.transaction(null, async (ports) => {
      for (const other of others) await ports.tenants.insert(other);
      await ports.plans.insert(planRecord("ten 1", "gold", { name: "Of ten 1" }));
      await ports.plans.insert(planRecord("ten", "1 gold", { name: "Of ten" }));
    });
    const nameOf = (tenantId: string, key: string) =>
      storage.transaction(null, async ({ plans }) => (await plans.find(tenantId, key))?.name);
    expect(await nameOf("ten 1", "gold")).toBe("Of ten 1");
    expect(await nameOf("ten", "1 gold")).toBe("Of ten");
  });

  test("shows what another process has committed, with an event or without", async () => {
    const beside = new DatabaseSync(path);
    beside.exec("UPDATE tenants SET name = 'Renamed'");
    expect(await namesOf(storage)).toEqual(["Free", "Renamed"]);
    beside.exec("UPDATE tenants SET fenced = 1");
    await expect(namesOf(storage)).rejects.toMatchObject({ code: "tenant_moving" });
    beside.exec("UPDATE tenants SET fenced = 0; UPDATE plans SET name = 'Renamed'");
    expect(await namesOf(storage)).toEqual(["Renamed", "Renamed"]);
    beside.close();
  });
});

test("knows of every query whether it reads plans and tenants alone, or changes them, as SQLite knows it", async () => {
  const directory = openTemporary();
  const path = directory.file("tenantry.db");
  await (await openSqliteStorage({ path })).close();
  const db = new DatabaseSync(path, { readOnly: true });
  const tables = new Map<unknown, unknown>(
    db
      .prepare("SELECT rootpage, tbl_name FROM sqlite_schema")
      .all()
      .map(({ rootpage, tbl_name }) => [rootpage, tbl_name]),
  );
  const isCatalogue = (page: unknown) => ["plans", "tenants"].includes(String(tables.get(page)));
  const counts = { reads: 0, changes: 0 };
  defineEveryPage();
  for (const query of definedQueries()) {
    const { sql } = query.compile(sqliteDialect);
    const steps = db.prepare(`EXPLAIN ${sql}`).all();
    const effect = findEffect(sql);
    const writes = steps.filter(({ opcode, p2 }) => opcode === "OpenWrite" && isCatalogue(p2));
    expect(effect === "changes the catalogue", query.name).toBe(writes.length > 0);
    if (writes.length > 0) counts.changes += 1;
    if (effect !== "reads the catalogue") continue;
    counts.reads += 1;
    const read = steps.filter(({ opcode }) => opcode === "OpenRead" || opcode === "OpenWrite");
    expect(
      read.every(({ p2 }) => isCatalogue(p2)),
      query.name,
    ).toBe(true);
  }
  expect(counts.reads).toBeGreaterThan(3);
  expect(counts.changes).toBeGreaterThan(6);
  db.close();
  directory.remove();
});
