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
  return { one, other, told, dispose };
}

test("sees others' commits within a run of promises that gives the event loop no turn", async () => {
  const { one, other, told, dispose } = await openPair();
  await other.catchUp(false);
  await one.transaction((ports) => ports.events.append(eventRecord("t", "chain", 1)));
  let hadTurn = false;
  setImmediate(() => {
    hadTurn = true;
  });
  // Each step is a promise and no turn; it ends since a look grows old.
  while (told.length === 0 && !hadTurn) await other.catchUp(false);
  expect(told).toHaveLength(1);
  await dispose();
});

test("forgets everything rather than reading what is too much to read", async () => {
  const { one, other, told, dispose } = await openPair();
  await one.transaction(async (ports) => {
    for (let number = 1; number <= 10_001; number += 1) {
      await ports.events.append(eventRecord("t", "chain", number));
    }
  });
  await other.catchUp(true);
  expect(told).toEqual(["everything"]);
  await one.transaction((ports) => ports.events.append(eventRecord("t", "chain", 10_002)));
  await other.catchUp(true);
  expect(told).toHaveLength(2);
  expect(told[1]).toHaveLength(1);
  await dispose();
});
