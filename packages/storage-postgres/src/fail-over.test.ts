import type { User } from "@tenantry/core";
import { itemsOf, pageRequest } from "@tenantry/storage-testkit/pages";
import { tenantRecord, userRecord } from "@tenantry/storage-testkit/records";
import { afterAll, beforeAll, expect, onTestFinished, test } from "vitest";
import { startPostgres } from "../../../scripts/tests/postgres-server.ts";
import { type OwnPair, startPair } from "../../../scripts/tests/standby-server.ts";
import { makeDatabase, queryOnce } from "../test/database.ts";
import { openPostgresStorage } from "./index.ts";

/** One of this file's own: it is not what it was afterwards. */
let pair: OwnPair;

beforeAll(async () => {
  pair = await startPair();
}, 60_000);

afterAll(() => pair.remove());

const addUser = (storage: Awaited<ReturnType<typeof openPostgresStorage>>, id: string) =>
  storage.transaction("t", async (ports) => {
    if ((await ports.tenants.find("t")) === undefined)
      await ports.tenants.insert(tenantRecord("t"));
    await ports.users.insert(userRecord("t", id));
  });

test("refuses a standby of another cluster, and says so", async () => {
  const other = await startPostgres();
  onTestFinished(() => other.remove());
  // The role and the database are there as well: nothing but the cluster is another.
  const openAt = (url: string) => openPostgresStorage({ url, replicaUrls: [pair.standby.url] });
  await (await openPostgresStorage({ url: pair.primary.url })).close();
  await expect
    .poll(() => migrationsAt(pair.standby.url))
    .toEqual(await migrationsAt(pair.primary.url));
  await (await openAt(pair.primary.url)).close();
  await expect(openAt(other.url)).rejects.toMatchObject({
    code: "storage_unavailable",
    message: expect.stringMatching(/is no standby of the database; name only its standbys/),
  });
});

const migrationsAt = (url: string) =>
  queryOnce(url, "SELECT name FROM tenantry_migrations ORDER BY 1").catch(() => []);

test("reads no standby of the history that a fail-over ended, however much of that it has", async () => {
  const { url: before } = await makeDatabase(pair.primary.url);
  const at = (url: string) =>
    Object.assign(new URL(url), { pathname: new URL(before).pathname }).href;
  const first = await openPostgresStorage({ url: before });
  await addUser(first, "ann");
  await first.close();
  const isThere = () => queryOnce(at(pair.standby.url), "SELECT id FROM users").catch(() => []);
  await expect.poll(isThere).toEqual([{ id: "ann" }]);
  await pair.failOver(async () => {
    const lost = await openPostgresStorage({ url: before });
    await addUser(lost, "lost");
    await lost.close();
    // So that its position is beyond any that the promoted one comes to here.
    for (let times = 0; times < 3; times += 1) {
      await queryOnce(
        before,
        "SELECT pg_logical_emit_message(false, 'filler', 'x'), pg_switch_wal()",
      );
    }
  });
  const warnings: string[] = [];
  const storage = await openPostgresStorage({
    url: at(pair.standby.url),
    replicaUrls: [at(pair.primary.url)],
    onWarning: (message) => warnings.push(message),
  });
  onTestFinished(() => storage.close());
  expect(warnings).toEqual([expect.stringMatching(/stayed behind at a fail-over/)]);
  const ids = async () =>
    itemsOf<User>(await storage.replicated.users.list("t", {}, pageRequest())).map(({ id }) => id);
  for (let round = 0; round < 20; round += 1) {
    if (round % 5 === 0) await addUser(storage, `new-${round}`);
    const seen = await ids();
    expect(seen).not.toContain("lost");
    expect(seen).toContain("ann");
  }
  expect(await ids()).toEqual(["ann", "new-0", "new-10", "new-15", "new-5"]);
});
