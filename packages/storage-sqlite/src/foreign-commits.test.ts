import { DatabaseSync } from "node:sqlite";
import type { Change } from "@tenantry/core";
import { eventRecord } from "@tenantry/storage-testkit/records";
import { expect, test } from "vitest";
import { openTemporary } from "../test/temporary.ts";
import { openSqliteStorage } from "./index.ts";

async function openPair() {
  const directory = openTemporary();
  const path = directory.file("tenantry.db");
  const [one, other] = [await openSqliteStorage({ path }), await openSqliteStorage({ path })];
  const told: (readonly Change[] | "everything")[] = [];
  other.onChange((changes) => told.push(changes));
  const dispose = async () => {
    await one.close();
    await other.close();
    directory.remove();
  };
  return { one, other, path, told, dispose };
}

test("sees others' commits a millisecond later, in a run of promises that gives the event loop no turn, too", async () => {
  const { other, path, told, dispose } = await openPair();
  await other.catchUp("t", false);
  // A commit comes just after a look.
  appendBeside(path);
  // It ends since a look grows old.
  for (let step = 0; told.length === 0 && step < 3_000_000; step += 1)
    await other.catchUp("t", false);
  expect(told).toHaveLength(1);
  await dispose();
});

/** Commits an event by a handle of its own, at once and within this turn of the event loop. */
function appendBeside(path: string): void {
  const event = eventRecord("t", "chain", 1);
  const columns = Object.keys(event);
  const db = new DatabaseSync(path);
  db.prepare(
    `INSERT INTO events (${columns.join(", ")}) VALUES (${columns.map(() => "?").join(", ")})`,
  ).run(...Object.values(event));
  db.close();
}

test("forgets everything rather than reading what is too much to read", async () => {
  const { one, other, told, dispose } = await openPair();
  await one.transaction("t", async (ports) => {
    for (let number = 1; number <= 10_001; number += 1) {
      await ports.events.append(eventRecord("t", "chain", number));
    }
  });
  await other.catchUp("t", true);
  expect(told).toEqual(["everything"]);
  await one.transaction("t", (ports) => ports.events.append(eventRecord("t", "chain", 10_002)));
  await other.catchUp("t", true);
  expect(told).toHaveLength(2);
  expect(told[1]).toHaveLength(1);
  await dispose();
});

test("forgets everything where events were removed that it may not have read, and hears of those that take their positions", async () => {
  const { one, other, told, dispose } = await openPair();
  const append = (tenant: string, chain: string) =>
    one.transaction(tenant, (ports) => ports.events.append(eventRecord(tenant, chain, 1)));
  await append("stays", "first");
  await other.catchUp("stays", true);
  told.splice(0);
  await append("leaves", "second");
  await one.transaction("leaves", (ports) => ports.moves.clear("leaves", "events", 10));
  await other.catchUp("stays", true);
  expect(told).toEqual(["everything"]);
  await append("stays", "third");
  await other.catchUp("stays", true);
  expect(told[1]).toMatchObject([{ entity_id: "third" }]);
  await append("leaves", "fourth");
  await other.catchUp("stays", true);
  await one.transaction("leaves", (ports) => ports.moves.clear("leaves", "events", 10));
  await append("stays", "fifth");
  told.splice(0);
  await other.catchUp("stays", true);
  expect(told).toEqual(["everything"]);
  await dispose();
});

test("hears of what another process appends after it removed events itself", async () => {
  const { one, other, told, dispose } = await openPair();
  const append = (storage: typeof one, tenant: string, chain: string) =>
    storage.transaction(tenant, (ports) => ports.events.append(eventRecord(tenant, chain, 1)));
  for (const chain of ["first", "second"]) await append(one, "leaves", chain);
  await other.catchUp("stays", true);
  await other.transaction("leaves", (ports) => ports.moves.clear("leaves", "events", 10));
  told.splice(0);
  await append(one, "stays", "third");
  await other.catchUp("stays", true);
  expect(told).toMatchObject([[{ entity_id: "third" }]]);
  await dispose();
});
