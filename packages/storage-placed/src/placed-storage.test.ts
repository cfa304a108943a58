import { existsSync, renameSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { eventRecord, moment, tenantRecord, userRecord } from "@tenantry/storage-testkit/records";
import { describe, expect, test } from "vitest";
import { addDedicatedTenant, openPlaced } from "../test/open-placed.ts";
import { newDatabaseName } from "./index.ts";

const tenantId = "t";

describe("a tenant with a database of its own", () => {
  test("has its rows there, and in the main database nothing but what it is found by", async () => {
    const placed = await openPlaced();
    const { database } = await addDedicatedTenant(placed, tenantId);
    await placed.storage.transaction("shared", (ports) =>
      ports.tenants.insert(tenantRecord("shared")),
    );
    await placed.storage.close();
    const own = tablesWithRows(join(placed.directory, "tenants", `${database}.db`));
    expect(own).toEqual(["tenants", "users"]);
    expect(tablesWithRows(join(placed.directory, "tenantry.db"))).toEqual([
      "placements",
      "tenants",
    ]);
  });

  test("is found by another process that was there before it", async () => {
    const placed = await openPlaced();
    const other = await openPlaced({}, placed.directory);
    expect(await other.storage.committed.users.find(tenantId, "ann")).toBeUndefined();
    await addDedicatedTenant(placed, tenantId);
    expect(await other.storage.committed.users.find(tenantId, "ann")).toBeDefined();
    await other.storage.transaction(tenantId, (ports) =>
      ports.users.insert(userRecord(tenantId, "bob")),
    );
    expect(await placed.storage.committed.users.find(tenantId, "bob")).toBeDefined();
  });

  test("is asked for with each call while it moves, so that nobody goes where it was", async () => {
    const placed = await openPlaced();
    const { main, storage } = placed;
    const there = await addDedicatedTenant(placed, tenantId);
    const set = (fields: Partial<typeof there>, epoch: number) =>
      main.transaction(null, (ports) =>
        ports.placements.update({ ...there, epoch: epoch + 1, ...fields }, epoch),
      );
    await set({ state: "moving" }, 1);
    // As it is told to every process: by an event of the tenant's.
    await storage.transaction(tenantId, (ports) =>
      ports.events.append(eventRecord(tenantId, tenantId, 1, { entity: "tenant" })),
    );
    expect(await storage.committed.users.find(tenantId, "ann")).toBeDefined();
    // From here on nothing is told.
    await set({ state: "moving", database: null }, 2);
    expect(await storage.committed.users.find(tenantId, "ann")).toBeUndefined();
    // Whoever waits for nothing is told that nobody looked, and what was counted of others' commits is of the place before.
    expect(storage.lookNow?.(tenantId)).toBe(false);
    const before = storage.foreignCommits(tenantId);
    await set({ state: "moving" }, 3);
    await storage.catchUp(tenantId, false);
    expect(storage.foreignCommits(tenantId)).not.toBe(before);
    expect(await storage.committed.users.find(tenantId, "ann")).toBeDefined();
    expect(storage.lookNow?.(tenantId)).toBe(false);
    await set({ state: "steady" }, 4);
    expect(await storage.committed.users.find(tenantId, "ann")).toBeDefined();
  });

  test("is asked for when its database was closed, since nothing is heard of it then", async () => {
    const placed = await openPlaced({ idleMs: 10 });
    const there = await addDedicatedTenant(placed, tenantId);
    await expect.poll(() => placed.server.counts.open).toBe(0);
    const other = await openPlaced({}, placed.directory);
    await other.main.transaction(null, (ports) =>
      ports.placements.update({ ...there, epoch: 2, state: "dropping" }, 1),
    );
    const call = async () => await placed.storage.committed.users.find(tenantId, "ann");
    await expect(call()).rejects.toMatchObject({ code: "tenant_not_found" });
    expect(placed.server.counts.open).toBe(0);
  });

  test("is found by its row as it is, whatever a first run of a body made of it", async () => {
    const placed = await openPlaced();
    await addDedicatedTenant(placed, tenantId);
    const { storage, main } = placed;
    const before = await storage.committed.tenants.find(tenantId);
    let runs = 0;
    const changing = storage.transaction(tenantId, async (ports) => {
      runs += 1;
      const row = await ports.tenants.find(tenantId);
      if (runs === 1 && row !== undefined) await ports.tenants.update({ ...row, name: "Other" });
    });
    // It shares a transaction with the one before it, which runs again then.
    const failing = storage.transaction(tenantId, async (ports) => {
      await ports.users.insert(userRecord(tenantId, "bob"));
      throw new Error("planted");
    });
    await expect(failing).rejects.toThrow("planted");
    await changing;
    expect(runs).toBe(2);
    expect(await main.committed.tenants.find(tenantId)).toEqual(before);
  });

  test("is found by its row as it is, where a second run of a body fails", async () => {
    const placed = await openPlaced();
    await addDedicatedTenant(placed, tenantId);
    const { storage, main } = placed;
    const before = await main.committed.tenants.find(tenantId);
    let runs = 0;
    const changing = storage.transaction(tenantId, async (ports) => {
      runs += 1;
      if (runs === 2) throw new Error("planted in the second run");
      const row = await ports.tenants.find(tenantId);
      if (row !== undefined) await ports.tenants.update({ ...row, name: "Other" });
    });
    const failing = storage.transaction(tenantId, async (ports) => {
      await ports.users.insert(userRecord(tenantId, "bob"));
      throw new Error("planted");
    });
    await expect(failing).rejects.toThrow("planted");
    await expect(changing).rejects.toThrow("planted in the second run");
    expect(await main.committed.tenants.find(tenantId)).toEqual(before);
  });

  test("is asked for anew where its database cannot say what has changed", async () => {
    const placed = await openPlaced();
    const { main, storage } = placed;
    const there = await addDedicatedTenant(placed, tenantId);
    const other = await openPlaced({}, placed.directory);
    // More than is worth reading, and nothing of it of the tenant itself.
    await other.storage.transaction(tenantId, async (ports) => {
      for (let number = 1; number <= 10_001; number += 1) {
        await ports.events.append(eventRecord(tenantId, "chain", number));
      }
    });
    await main.transaction(null, ({ placements }) =>
      placements.update({ ...there, database: null, epoch: 2 }, 1),
    );
    await storage.catchUp(tenantId, true);
    expect(await storage.committed.users.find(tenantId, "ann")).toBeUndefined();
  });

  test("is written where it lives now by a process that has heard of nothing, since it is fenced where it was", async () => {
    const { main, server, storage } = await openPlaced();
    await storage.transaction(tenantId, (ports) => ports.tenants.insert(tenantRecord(tenantId)));
    expect(await storage.committed.users.find(tenantId, "ann")).toBeUndefined();
    const database = newDatabaseName();
    await server.make(database);
    const there = await server.open(database, 2);
    await there.transaction(tenantId, (ports) => ports.tenants.insert(tenantRecord(tenantId)));
    await main.moves?.fence(tenantId, true);
    const times = { created_at: moment, updated_at: moment };
    const placement = { tenant_id: tenantId, server: "main", database, epoch: 1, ...times };
    await main.transaction(null, (ports) =>
      ports.placements.insert({ ...placement, state: "steady" }),
    );
    await storage.transaction(tenantId, (ports) => ports.users.insert(userRecord(tenantId, "ann")));
    expect(await there.committed.users.find(tenantId, "ann")).toBeDefined();
    expect(await main.committed.users.find(tenantId, "ann")).toBeUndefined();
    await there.close();
  });

  test("is found where it lives now, though its database was closed when it moved and nothing was heard", async () => {
    const placed = await openPlaced({ connections: 2 });
    const { main, server, storage } = placed;
    const there = await addDedicatedTenant(placed, tenantId);
    await addDedicatedTenant(placed, "u");
    const ask = async () => await storage.committed.users.find(tenantId, "ann");
    await ask();
    // Another tenant needs its place: from here on it is known where it lives, and its database is closed.
    await storage.committed.users.find("u", "ann");
    await main.transaction(null, ({ placements }) =>
      placements.update({ ...there, database: null, epoch: 2 }, 1),
    );
    await server.drop(there.database ?? "");
    expect(await ask()).toBeUndefined();
  });

  test("whose file is gone is refused by name, others are served, and it comes back by itself", async () => {
    const placed = await openPlaced();
    const { database } = await addDedicatedTenant(placed, tenantId);
    await addDedicatedTenant(placed, "u");
    await placed.storage.close();
    const file = join(placed.directory, "tenants", `${database}.db`);
    renameSync(file, `${file}.away`);
    const { storage } = await openPlaced({}, placed.directory);
    await expect(async () => await storage.committed.users.find(tenantId, "ann")).rejects.toThrow(
      `${database}.db is not there`,
    );
    expect(existsSync(file)).toBe(false);
    expect(await storage.committed.users.find("u", "ann")).toBeDefined();
    renameSync(`${file}.away`, file);
    expect(await storage.committed.users.find(tenantId, "ann")).toBeDefined();
  });
});

describe("the row of such a tenant", () => {
  test("is found by the slug that it has now", async () => {
    const placed = await openPlaced();
    await addDedicatedTenant(placed, tenantId);
    const { storage } = placed;
    const changed = tenantRecord(tenantId, { placement: "dedicated", slug: "new" });
    await storage.transaction(tenantId, async (ports) => {
      await ports.tenants.update(changed);
    });
    expect(await storage.committed.tenants.findBySlug("new")).toMatchObject({ id: tenantId });
    expect(await storage.committed.tenants.findBySlug(tenantRecord(tenantId).slug)).toBeUndefined();
  });

  test("does not take the slug of a tenant in another database", async () => {
    const placed = await openPlaced();
    await addDedicatedTenant(placed, tenantId);
    await addDedicatedTenant(placed, "u");
    const { storage } = placed;
    const { slug } = tenantRecord("u");
    const taking = storage.transaction(tenantId, async (ports) => {
      await ports.users.insert(userRecord(tenantId, "bob"));
      await ports.tenants.update(tenantRecord(tenantId, { placement: "dedicated", slug }));
    });
    await expect(taking).rejects.toThrow();
    expect(await storage.committed.tenants.findBySlug(slug)).toMatchObject({ id: "u" });
    expect(await storage.committed.users.find(tenantId, "bob")).toBeUndefined();
  });

  test("is what counts, where a process ended between it and its copy", async () => {
    const placed = await openPlaced();
    await addDedicatedTenant(placed, tenantId);
    const { main, storage, directory } = placed;
    const row = tenantRecord(tenantId, { placement: "dedicated" });
    await main.transaction(null, (ports) => ports.tenants.putCopy({ ...row, slug: "never-was" }));
    await storage.close();
    const again = await openPlaced({}, directory);
    await again.storage.committed.users.find(tenantId, "ann");
    expect(await again.storage.committed.tenants.findBySlug(row.slug)).toBeDefined();
    expect(await again.storage.committed.tenants.findBySlug("never-was")).toBeUndefined();
  });
});

describe("a tenant's commits of others", () => {
  test("are counted anew when something has happened to the tenant itself, since it may have lived elsewhere in between", async () => {
    const { storage } = await openPlaced();
    await storage.transaction("shared", async (ports) => {
      await ports.tenants.insert(tenantRecord("shared"));
    });
    await storage.committed.users.find("shared", "ann");
    const before = storage.foreignCommits("shared");
    await storage.transaction("shared", (ports) =>
      ports.events.append(eventRecord("shared", "shared", 1, { entity: "tenant" })),
    );
    expect(storage.foreignCommits("shared")).toBeGreaterThan(before);
  });

  test("are looked for where it lives, and nobody says that they were while its database is closed", async () => {
    const placed = await openPlaced({ connections: 2 });
    const { storage, told } = placed;
    await addDedicatedTenant(placed, tenantId);
    const other = await openPlaced({}, placed.directory);
    await other.storage.transaction(tenantId, (ports) =>
      ports.events.append(eventRecord(tenantId, "elsewhere", 1)),
    );
    told.length = 0;
    expect(storage.lookNow?.(tenantId)).toBe(true);
    expect(told).toMatchObject([[{ entity_id: "elsewhere" }]]);
    await addDedicatedTenant(placed, "u");
    expect(storage.lookNow?.(tenantId)).toBe(false);
  });

  test("are none where its database is opened and its row is copied already", async () => {
    const placed = await openPlaced();
    await addDedicatedTenant(placed, tenantId);
    const { main } = placed;
    await main.catchUp(null, true);
    const before = main.foreignCommits(null);
    const other = await openPlaced({}, placed.directory);
    await other.storage.committed.users.find(tenantId, "ann");
    await main.catchUp(null, true);
    expect(main.foreignCommits(null)).toBe(before);
  });
});

function tablesWithRows(path: string): readonly string[] {
  const db = new DatabaseSync(path, { readOnly: true });
  const tables = db
    .prepare("SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY name")
    .all()
    .map(({ name }) => String(name))
    .filter((name) => !/^(sqlite_|tenantry_)/.test(name));
  const filled = tables.filter(
    (name) => db.prepare(`SELECT 1 FROM "${name}" LIMIT 1`).get() !== undefined,
  );
  db.close();
  return filled;
}
