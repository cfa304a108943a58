import { setTimeout as delay } from "node:timers/promises";
import { expect, test } from "vitest";
import { addDedicatedTenant, openPlaced } from "../test/open-placed.ts";

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
  const ask = async (tenant: string) => await storage.committed.users.find(tenant, "ann");
  for (const tenant of [one, two, one, three]) await ask(tenant);
  const before = server.counts.opened;
  await ask(one);
  expect(server.counts.opened).toBe(before);
  await ask(two);
  expect(server.counts.opened).toBe(before + 1);
});

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
  const before = storage.foreignCommits(one);
  told.length = 0;
  await storage.committed.users.find(two, "ann");
  expect(told).toContainEqual([expect.objectContaining({ tenant_id: one, entity: "tenant" })]);
  expect(storage.foreignCommits(one)).not.toBe(before);
  await storage.committed.users.find(one, "ann");
  expect(storage.foreignCommits(one)).not.toBe(before);
});

test("closes what nobody uses, and nothing that somebody does", async () => {
  const placed = await openPlaced({ idleMs: 20 });
  const { storage, server } = placed;
  const [one = "", two = ""] = ids(2);
  for (const tenant of [one, two]) await addDedicatedTenant(placed, tenant);
  const asked = Promise.withResolvers<void>();
  const held = storage.snapshot(one, async (ports) => {
    await asked.promise;
    return await ports.users.find(one, "ann");
  });
  await storage.committed.users.find(two, "ann");
  while (server.counts.open > 2) await delay(5);
  asked.resolve();
  expect(await held).toBeDefined();
  while (server.counts.open > 0) await delay(5);
});
