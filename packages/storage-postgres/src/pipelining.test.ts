import { DomainError, type Storage } from "@tenantry/core";
import { eventRecord, tenantRecord, userRecord } from "@tenantry/storage-testkit/records";
import { expect, onTestFinished, test } from "vitest";
import { borrowDatabase, queryOnce } from "../test/database.ts";
import { openPostgresStorage, type PostgresStorageOptions } from "./index.ts";

async function open(options: Partial<PostgresStorageOptions> = {}) {
  const { url, drop } = await borrowDatabase();
  onTestFinished(drop);
  const storage = await openPostgresStorage({ url, ...options });
  onTestFinished(() => storage.close());
  await storage.transaction("t", async (ports) => {
    await ports.tenants.insert(tenantRecord("t"));
    await ports.users.insert(userRecord("t", "ann"));
  });
  return { storage, url };
}

const usersOf = (storage: Storage) =>
  Promise.all(["bob", "cid"].map((id) => storage.committed.users.find("t", id)));

test("sends a write without waiting for its answer, and everything is there when the commit is acknowledged", async () => {
  const { storage } = await open();
  await storage.transaction("t", (ports) => {
    // Nothing is awaited: that the body goes on is what is tested.
    expect(ports.users.insert(userRecord("t", "bob"))).toBeUndefined();
    expect(ports.users.insert(userRecord("t", "cid"))).toBeUndefined();
  });
  expect(await usersOf(storage)).not.toContain(undefined);
});

test("refuses with the error of the write that failed, however the body goes on after it, and keeps nothing", async () => {
  const { storage } = await open();
  const ends: Readonly<Record<string, () => unknown>> = {
    "by itself": () => "a result",
    "with an error of its own": () => {
      throw new Error("taken back");
    },
  };
  for (const [name, end] of Object.entries(ends)) {
    let runs = 0;
    const outcome = storage.transaction("t", async (ports) => {
      runs += 1;
      await ports.users.insert(userRecord("t", "bob"));
      await ports.users.insert(userRecord("t", "ann"));
      await ports.events.append(eventRecord("t", "c", 1));
      await ports.users.insert(userRecord("t", "cid"));
      return end();
    });
    await expect(outcome, name).rejects.toMatchObject({
      code: "id_taken",
      message: "Another user has the id ann",
    });
    // The second run waits for each write, and so is refused at the very one.
    expect([name, runs]).toEqual([name, 2]);
    expect(await usersOf(storage)).toEqual([undefined, undefined]);
  }
});

test("tells nobody of a commit that did not happen because a write before it had failed", async () => {
  const { storage } = await open();
  const told: unknown[] = [];
  storage.onChange((changes) => told.push(changes));
  const before = storage.foreignCommits("t");
  const outcome = storage.transaction("t", async (ports) => {
    await ports.events.append(eventRecord("t", "c", 1));
    await ports.users.insert(userRecord("t", "ann"));
  });
  await expect(outcome).rejects.toBeInstanceOf(DomainError);
  await storage.catchUp("t", true);
  expect([told, storage.foreignCommits("t")]).toEqual([[], before]);
});

test("answers many reads at once over a connection, each with its own rows, though some of them fail", async () => {
  const { storage, url } = await open({ poolSize: 2, program: "tenantry-shares" });
  const asked = Array.from({ length: 200 }, (_, index) =>
    index % 3 === 0
      ? storage.committed.users.find("t", "ann")
      : storage.committed.users.find(index % 3 === 1 ? "t" : "u", `nobody ${index}`),
  );
  // A limit below zero is refused by the server.
  const refused = storage.committed.users.list(
    "t",
    {},
    { after: null, limit: -1, skip: 0, total: false },
  );
  const snapshot = storage.snapshot("t", async (ports) => (await ports.users.find("t", "ann"))?.id);
  await expect(refused).rejects.toMatchObject({ code: "internal" });
  const answers = await Promise.all(asked);
  expect(answers.map((answer) => answer?.id)).toEqual(
    Array.from({ length: 200 }, (_, index) => (index % 3 === 0 ? "ann" : undefined)),
  );
  // Who wants a connection for itself gets it, however many share it.
  expect(await snapshot).toBe("ann");
  const sessions = await queryOnce(
    url,
    "SELECT 1 FROM pg_stat_activity WHERE application_name = 'tenantry-shares'",
  );
  expect(sessions.length).toBeLessThanOrEqual(3);
});
