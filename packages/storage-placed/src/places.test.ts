import { setTimeout as delay, setImmediate as turn } from "node:timers/promises";
import type { Storage } from "@tenantry/core";
import { tenantRecord, userRecord } from "@tenantry/storage-testkit/records";
import { expect, test } from "vitest";
import { placeTenant } from "../test/dedicated-tenants.ts";
import { addDedicatedTenant, openPlaced } from "../test/open-placed.ts";
import { createConnectionBudget } from "./connection-budget.ts";
import type { PlacedStorage } from "./index.ts";
import { newDatabaseName } from "./place-server.ts";
import { createPlaces } from "./places.ts";

const ids = (count: number) => Array.from({ length: count }, (_, number) => `tenant-${number}`);

test("never opens more than the budget allows, and serves every tenant", async () => {
  const placed = await openPlaced({ connections: 7 });
  const { storage, server } = placed;
  const tenants = ids(20);
  for (const tenant of tenants) await addDedicatedTenant(placed, tenant);
  const asked = [...tenants, ...tenants.toReversed(), ...tenants];
  const found = await Promise.all(
    asked.map(async (tenant) => await storage.committed.users.find(tenant, "ann")),
  );
  expect(found.map((user) => user?.tenant_id)).toEqual(asked);
  expect(server.counts.most).toBe(6);
});

test("closes the longest unused where another tenant needs its place", async () => {
  const placed = await openPlaced({ connections: 4 });
  const { storage, server } = placed;
  const [one = "", two = "", three = ""] = ids(3);
  for (const tenant of [one, two, three]) await addDedicatedTenant(placed, tenant);
  const opened = async (...tenants: string[]) => {
    const before = server.counts.opened;
    for (const tenant of tenants) await storage.committed.users.find(tenant, "ann");
    return server.counts.opened - before;
  };
  await opened(one, two);
  expect(await opened(one, two, one)).toBe(0);
  expect(await opened(three)).toBe(1);
  expect(await opened(one)).toBe(0);
  expect(await opened(two)).toBe(1);
});

test("serves a tenant who comes while another is in use without a pause", async () => {
  const placed = await openPlaced({ connections: 2, queueTimeoutMs: 5_000 });
  const { storage } = placed;
  const [one = "", two = ""] = ids(2);
  for (const tenant of [one, two]) await addDedicatedTenant(placed, tenant);
  const first = hold(storage, one);
  await first.begun;
  const asked = storage.committed.users.find(two, "ann");
  await turn();
  // It begins before the first ends, and waits behind who came before it.
  const second = hold(storage, one);
  first.end();
  expect(await asked).toBeDefined();
  second.end();
  await Promise.all([first.ended, second.ended]);
});

test("lets the one that was opened first make room where all are in use, and the others go on", async () => {
  const placed = await openPlaced({ connections: 4, queueTimeoutMs: 5_000 });
  const { storage } = placed;
  const [one = "", two = "", three = ""] = ids(3);
  for (const tenant of [three, one, two]) await addDedicatedTenant(placed, tenant);
  const held = [hold(storage, one), hold(storage, two)];
  for (const { begun } of held) await begun;
  const asked = storage.committed.users.find(three, "ann");
  await turn();
  expect(await storage.committed.users.find(two, "ann")).toBeDefined();
  for (const { end } of held) end();
  expect(await asked).toBeDefined();
  await Promise.all(held.map(({ ended }) => ended));
});

/** Uses a tenant's database until it is told to end. */
function hold(storage: PlacedStorage, tenant: string) {
  const begun = Promise.withResolvers<void>();
  const mayEnd = Promise.withResolvers<void>();
  const ended = storage.snapshot(tenant, async () => {
    begun.resolve();
    await mayEnd.promise;
  });
  return { begun: begun.promise, end: mayEnd.resolve, ended };
}

test("refuses after a time whoever finds every place in use, and has lost nothing then", async () => {
  const placed = await openPlaced({ connections: 2, queueTimeoutMs: 50 });
  const { storage } = placed;
  const [one = "", two = ""] = ids(2);
  for (const tenant of [one, two]) await addDedicatedTenant(placed, tenant);
  const asked = Promise.withResolvers<void>();
  const begun = Promise.withResolvers<void>();
  const held = storage.snapshot(one, async () => {
    begun.resolve();
    await asked.promise;
  });
  await begun.promise;
  await expect(async () => await storage.committed.users.find(two, "ann")).rejects.toMatchObject({
    code: "storage_busy",
  });
  asked.resolve();
  await held;
  expect(await storage.committed.users.find(two, "ann")).toBeDefined();
  expect(await storage.committed.users.find(one, "ann")).toBeDefined();
});

test("believes nothing of a tenant whose database was closed in between", async () => {
  const placed = await openPlaced({ connections: 2 });
  const { storage, told } = placed;
  const [one = "", two = ""] = ids(2);
  for (const tenant of [one, two]) await addDedicatedTenant(placed, tenant);
  await storage.committed.users.find(one, "ann");
  told.length = 0;
  const counts = [storage.foreignCommits(one)];
  for (const opened of [two, one, two]) {
    await storage.committed.users.find(opened, "ann");
    counts.push(storage.foreignCommits(one));
  }
  expect(told).toContainEqual([expect.objectContaining({ tenant_id: one, entity: "tenant" })]);
  const [open = 0, closed = 0, openAgain = 0, closedAgain = 0] = counts;
  expect([open < closed, closed <= openAgain, openAgain < closedAgain]).toEqual([true, true, true]);
});

test("closes what nobody uses, and nothing that somebody does, without a pause or now and then", async () => {
  const placed = await openPlaced({ idleMs: 1_000 });
  const { storage, server } = placed;
  const [one = "", two = "", three = ""] = ids(3);
  for (const tenant of [one, two, three]) await addDedicatedTenant(placed, tenant);
  const held = hold(storage, one);
  await held.begun;
  const before = server.counts.opened;
  // Three is not asked for, and is the only one to go.
  while (server.counts.open > 4) {
    await storage.committed.users.find(two, "ann");
    await delay(1);
  }
  for (const tenant of [one, two]) await storage.committed.users.find(tenant, "ann");
  expect(server.counts.opened).toBe(before);
  held.end();
  await held.ended;
  while (server.counts.open > 0) await delay(5);
});

test("goes where the placement says, though another database of the tenant is open", async () => {
  const { server, storage } = await openPlaced();
  const before = await placeTenant(storage, server, "t");
  const after = { ...before, database: newDatabaseName() };
  await server.make(after.database);
  const places = createPlaces({
    servers: new Map([["main", server]]),
    budget: createConnectionBudget(10, 5_000, () => {}),
    idleMs: 60_000,
    opened: async () => {},
    closing: () => {},
  });
  const add = (id: string) => (place: Storage) =>
    place.transaction("t", async ({ tenants, users }) => {
      if ((await tenants.find("t")) === undefined) await tenants.insert(tenantRecord("t"));
      await users.insert(userRecord("t", id));
    });
  const has = (id: string) => async (place: Storage) =>
    (await place.committed.users.find("t", id)) !== undefined;
  await places.use(before, add("early"));
  await places.use(after, add("late"));
  expect(await places.use(after, has("early"))).toBe(false);
  expect(await places.use(before, has("late"))).toBe(false);
  await places.close();
});
