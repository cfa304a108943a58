import { deleteTenant, ensureDefaultTenant, purgeTenant } from "@tenantry/core";
import { afterAll, beforeAll, expect, onTestFinished, test } from "vitest";
import { type OwnPostgres, startPostgres } from "../../../../scripts/tests/postgres-server.ts";
import { makeDatabase, queryOnce } from "../../../storage-postgres/test/database.ts";
import { moveTenant, undoMove } from "../../src/index.ts";
import { openProcess, type Process, tenantId } from "../installation.ts";
import { killAt, openFilled, startLoad } from "../move-suite.ts";

/** A second server beside that of the run. */
let other: OwnPostgres;
beforeAll(async () => {
  other = await startPostgres();
});
afterAll(() => other.remove());

const actor = { type: "operator", id: "opk" } as const;
const eu = { server: "eu" };
const main = { server: "main" };

async function makeInstallation() {
  const { url, drop } = await makeDatabase();
  onTestFinished(drop);
  return { url, others: { eu: other.url } };
}

async function open(installation: Parameters<typeof openProcess>[0]): Promise<Process> {
  const opened = await openProcess(installation);
  onTestFinished(() => opened.storage.close());
  return opened;
}

async function databasesOn(url: string): Promise<readonly string[]> {
  const rows = await queryOnce(
    url,
    "SELECT datname FROM pg_database WHERE datname ~ '^tenantry_[a-z2-7]{26}$' ORDER BY 1",
  );
  return rows.map(({ datname }) => String(datname));
}

const serverOf = async ({ storage }: Process) =>
  (await storage.committed.placements.find(tenantId))?.server;

test("moves a tenant under load to another server and back, and loses nothing that was acknowledged", async () => {
  const installation = await makeInstallation();
  const [one, two] = [await openFilled(installation), await open(installation)];
  const load = startLoad([one, two]);
  const moves = [
    await moveTenant(one.moveOptions(), eu),
    await moveTenant(two.moveOptions(), main),
    await moveTenant(one.moveOptions(), eu),
  ];
  const there = await databasesOn(other.url);
  moves.push(await moveTenant(two.moveOptions(), "shared"));
  const { acknowledged, faults } = await load.stop();
  expect(faults).toEqual([]);
  expect(moves.map(({ outcome }) => outcome)).toEqual(Array(4).fill("moved"));
  expect(acknowledged.length).toBeGreaterThan(20);
  const three = await open(installation);
  for (const id of acknowledged) {
    expect(await three.storage.committed.users.find(tenantId, id), id).toBeDefined();
  }
  expect(there).toHaveLength(1);
  expect(await databasesOn(other.url)).toEqual([]);
});

test("keeps the name of the server and nothing of its address in the main database", async () => {
  const installation = await makeInstallation();
  const opened = await openFilled(installation);
  await moveTenant(opened.moveOptions(), eu);
  const tables = await queryOnce(
    installation.url,
    "SELECT table_name AS name FROM information_schema.tables WHERE table_schema = 'public'",
  );
  const dumps = tables.map(({ name }) =>
    queryOnce(installation.url, `SELECT to_jsonb(x)::text AS row FROM ${String(name)} AS x`),
  );
  const text = JSON.stringify(await Promise.all(dumps));
  expect(text).toContain('\\"eu\\"');
  const { password, port } = new URL(other.url);
  for (const secret of [`:${password}@`, `:${port}`]) expect(text).not.toContain(secret);
  await moveTenant(opened.moveOptions(), "shared");
});

test("killed on its way to another server, goes on or back", async () => {
  const installation = await makeInstallation();
  const opened = await openFilled(installation);
  await killAt(installation, eu, "copied");
  expect(await undoMove(opened.moveOptions())).toMatchObject({ outcome: "undone" });
  expect(await databasesOn(other.url)).toEqual([]);
  await killAt(installation, eu, "switched");
  expect(await moveTenant(opened.moveOptions(), eu)).toMatchObject({ outcome: "finished" });
  expect(await serverOf(opened)).toBe("eu");
  expect(await opened.storage.committed.users.find(tenantId, "bob")).toBeDefined();
  await moveTenant(opened.moveOptions(), "shared");
});

test("refuses a server that the settings do not name, and leaves the tenant as it was", async () => {
  const opened = await openFilled(await makeInstallation());
  await expect(moveTenant(opened.moveOptions(), { server: "us" })).rejects.toMatchObject({
    code: "invalid_setting",
    message: expect.stringMatching(/no server us, only .*eu.*TENANTRY_TENANT_SERVERS/),
  });
  expect(await opened.storage.committed.moveRecords.find(tenantId)).toBeUndefined();
  expect(await opened.storage.committed.placements.find(tenantId)).toBeUndefined();
});

test("a tenant whose server is no longer named is told of, answers so, and is there again when it is", async () => {
  const installation = await makeInstallation();
  const opened = await openFilled(installation);
  await moveTenant(opened.moveOptions(), eu);
  const without = await open({ url: installation.url });
  expect(await without.storage.places.listOnUnknownServers(10)).toEqual([
    { slug: `slug-of-${tenantId}`, server: "eu" },
  ]);
  expect(await opened.storage.places.listOnUnknownServers(10)).toEqual([]);
  const refusal = {
    code: "storage_unavailable",
    message: expect.stringContaining("server eu"),
  };
  const find = async () => await without.storage.committed.users.find(tenantId, "bob");
  await expect(find()).rejects.toMatchObject(refusal);
  await expect(undoMove(without.moveOptions())).resolves.toMatchObject({ outcome: "was_there" });
  await expect(moveTenant(without.moveOptions(), "shared")).rejects.toThrow(/server eu/);
  expect(await opened.storage.committed.users.find(tenantId, "bob")).toBeDefined();
  await moveTenant(opened.moveOptions(), "shared");
});

test("a tenant whose server is gone for good is purged where its database is kept, and every process takes it for gone", async () => {
  const installation = await makeInstallation();
  const there = await openFilled(installation);
  await moveTenant(there.moveOptions(), eu);
  const { id } = await ensureDefaultTenant(there.engine);
  await deleteTenant({ engine: there.engine, tenantId: id, actor }, tenantId);
  // A process that still reaches the server has the tenant's database open.
  expect(await there.storage.committed.users.find(tenantId, "bob")).toBeDefined();
  const gone = new URL(other.url);
  gone.port = "9";
  for (const others of [{ eu: gone.href }, {}]) {
    const opened = await open({ ...installation, others });
    const ctx = { engine: opened.engine, tenantId: id, actor };
    await expect(purgeTenant(ctx, tenantId)).rejects.toMatchObject({
      code: "storage_unavailable",
      message: expect.stringContaining("--keep-database"),
    });
    expect(await opened.storage.committed.purges.find(tenantId)).toBeUndefined();
  }
  const [database] = await databasesOn(other.url);
  const opened = await open({ ...installation, others: { eu: gone.href } });
  const purged = await purgeTenant({ engine: opened.engine, tenantId: id, actor }, tenantId, {
    keep_database: true,
  });
  expect(purged.kept_database).toEqual({ server: "eu", database });
  await there.storage.catchUp(tenantId, true);
  await expect.poll(() => there.storage.committed.users.find(tenantId, "bob")).toBeUndefined();
  expect(await databasesOn(other.url)).toEqual([database]);
  await queryOnce(other.url, `DROP DATABASE ${database} WITH (FORCE)`);
});
