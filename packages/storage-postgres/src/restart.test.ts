import type { Change } from "@tenantry/core";
import { eventRecord, tenantRecord, userRecord } from "@tenantry/storage-testkit/records";
import { afterAll, beforeAll, expect, onTestFinished, test } from "vitest";
import { type OwnPostgres, startPostgres } from "../../../scripts/tests/postgres-server.ts";
import { makeDatabase, queryOnce } from "../test/database.ts";
import { stayOpen } from "../test/staying-open.ts";
import { openPostgresStorage } from "./index.ts";

let server: OwnPostgres;

beforeAll(async () => {
  server = await startPostgres();
});

afterAll(() => server.remove());

async function open() {
  const { url } = await makeDatabase(server.url);
  const storage = await openPostgresStorage({ url, connectTimeoutMs: 2_000 });
  onTestFinished(() => storage.close());
  await storage.transaction("t", (ports) => ports.tenants.insert(tenantRecord("t")));
  const told: (readonly Change[] | "everything")[] = [];
  storage.onChange((changes) => told.push(changes));
  return { url, storage, told };
}

const unavailable = { name: "DomainError", code: "storage_unavailable" };

test("refuses while the server is gone, and goes on by itself when it is back", async () => {
  const { storage } = await open();
  // Connections lie idle in both pools, and one of them is in the middle of a transaction.
  await storage.committed.tenants.find("t");
  let begun = () => {};
  const isBegun = new Promise<void>((resolve) => {
    begun = resolve;
  });
  let stopped = () => {};
  const isStopped = new Promise<void>((resolve) => {
    stopped = resolve;
  });
  const caught = stayOpen(storage, "t", async (ports) => {
    await ports.users.insert(userRecord("t", "half"));
    begun();
    await isStopped;
    await ports.users.insert(userRecord("t", "other half"));
  });
  const refused = expect(caught).rejects.toMatchObject(unavailable);
  await isBegun;
  await server.stop();
  stopped();
  await refused;
  await expect(storage.committed.tenants.find("t")).rejects.toMatchObject(unavailable);
  await expect(
    storage.transaction("t", (ports) => ports.users.insert(userRecord("t", "ann"))),
  ).rejects.toMatchObject(unavailable);
  await expect(storage.snapshot("t", async () => 1)).rejects.toMatchObject(unavailable);
  await server.start();
  expect(await storage.committed.tenants.find("t")).toBeDefined();
  await storage.transaction("t", (ports) => ports.users.insert(userRecord("t", "ann")));
  expect(await storage.committed.users.find("t", "ann")).toBeDefined();
  expect(await storage.committed.users.find("t", "half")).toBeUndefined();
});

test("trusts no memory while messages are missed, and hears again afterwards", async () => {
  const { url, storage, told } = await open();
  const history = storage.history?.("t");
  expect(history).toMatch(/^\d+ \d{8} \d+$/);
  await server.stop();
  // The lost connection is noticed without being asked.
  await expect.poll(() => told.at(-1)).toBe("everything");
  expect(storage.history?.("t")).toBeUndefined();
  const before = storage.foreignCommits("t");
  told.length = 0;
  await storage.catchUp("t", false);
  expect(told).toEqual(["everything"]);
  expect(storage.foreignCommits("t")).toBeGreaterThan(before);
  await server.start();
  await expect.poll(() => storage.history?.("t")).toBe(history);
  expect(told.at(-1)).toBe("everything");
  told.length = 0;
  const other = await openPostgresStorage({ url });
  await other.transaction("t", (ports) => ports.events.append(eventRecord("t", "c", 1)));
  await other.close();
  await storage.catchUp("t", true);
  // On a busy machine a silence may have been long enough to be taken for one more loss.
  expect(told.filter((changes) => changes !== "everything")).toHaveLength(1);
});

test("says that it does not know whether a commit was kept whose answer was lost, and forgets everything", async () => {
  const { url, storage, told } = await open();
  const committing = stayOpen(storage, "t", async (ports) => {
    await ports.events.append(eventRecord("t", "c", 1));
    // Writes are sent without waiting for their answers; after the answer to a read the connection is idle.
    await ports.tenants.find("t");
    // Not the transaction that fails but its COMMIT: the connection is ended between the two.
    const ended = await queryOnce(
      url,
      "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE state = 'idle in transaction'",
    );
    expect(ended).toHaveLength(1);
  });
  await expect(committing).rejects.toMatchObject({
    ...unavailable,
    message: expect.stringContaining("whether the change was kept is not known"),
  });
  expect(told).toContain("everything");
  expect(await storage.committed.events.head("t", "c")).toBeUndefined();
});
