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
