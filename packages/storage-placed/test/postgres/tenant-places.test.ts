import { openPostgresStorage } from "@tenantry/storage-postgres";
import { tenantRecord } from "@tenantry/storage-testkit/records";
import { afterAll, beforeAll, expect, onTestFinished, test } from "vitest";
import { type OwnPostgres, startPostgres } from "../../../../scripts/tests/postgres-server.ts";
import { makeDatabase, queryOnce } from "../../../storage-postgres/test/database.ts";
import { createCatalogue } from "../../src/catalogue.ts";
import { createPlacedStorage, createPostgresPlaces } from "../../src/index.ts";
import { makeAndDie, stateOf, steps } from "../killed-makers.ts";

/** One of this file's own: it counts all connections, and all databases that were made for tenants. */
let server: OwnPostgres;
beforeAll(async () => {
  server = await startPostgres();
});
afterAll(() => server.remove());

/** TENANTRY_KILL_ROUNDS, as elsewhere, asks for all of them; SQLite is killed at each in any case. */
const everyStep = process.env.TENANTRY_KILL_ROUNDS !== undefined;

async function openPlaced(url: string, connections = 20) {
  const main = await openPostgresStorage({ url, poolSize: 2 });
  const places = createPostgresPlaces({ url });
  const storage = createPlacedStorage({ main, server: places, connections });
  onTestFinished(async () => {
    await storage.close();
    for (const database of await ownDatabases()) await places.drop(database);
  });
  return storage;
}

async function ownDatabases(): Promise<readonly string[]> {
  const rows = await queryOnce(
    server.url,
    "SELECT datname FROM pg_database WHERE datname ~ '^tenantry_[a-z2-7]{26}$' ORDER BY 1",
  );
  return rows.map(({ datname }) => String(datname));
}

test.each(everyStep ? steps : steps.filter(([, when]) => when === "after"))(
  "a maker killed at %s, %s, leaves a whole tenant or nothing after the next opening",
  async (step, when, isThere) => {
    const { url, drop } = await makeDatabase(server.url);
    onTestFinished(drop);
    await makeAndDie(url, step, when);
    const storage = await openPlaced(url);
    // The server notices a little later that the maker is gone, and holds its lock until then.
    await expect
      .poll(async () => {
        await storage.places.cleanUp();
        return (await stateOf(storage)).placements;
      })
      .toEqual(isThere ? ["t steady"] : []);
    const state = await stateOf(storage);
    expect(state.tenants).toEqual(isThere ? ["t"] : []);
    expect(await ownDatabases()).toEqual(state.databases);
  },
);

test("a user who may not make databases is told what to do, and nothing is left", async () => {
  const { url, drop } = await makeDatabase(server.url);
  onTestFinished(drop);
  await queryOnce(
    url,
    "CREATE ROLE without_createdb LOGIN PASSWORD 'p'; GRANT CREATE ON SCHEMA public TO without_createdb",
  );
  onTestFinished(async () => {
    await queryOnce(url, "DROP OWNED BY without_createdb; DROP ROLE without_createdb");
  });
  const limited = new URL(url);
  limited.username = "without_createdb";
  limited.password = "p";
  const storage = await openPlaced(limited.href);
  const tenant = tenantRecord("t", { placement: "dedicated" });
  const making = storage.places.withNewPlace(tenant, async () => {});
  await expect(making).rejects.toMatchObject({
    code: "storage_unavailable",
    message: expect.stringContaining('ALTER ROLE "without_createdb" CREATEDB'),
  });
  expect((await stateOf(storage)).placements).toEqual([]);
});

test("calls that are under way are answered before it closes, wherever they lead", async () => {
  const { url, drop } = await makeDatabase(server.url);
  onTestFinished(drop);
  const storage = await openPlaced(url);
  const tenant = tenantRecord("t", { placement: "dedicated" });
  await storage.places.withNewPlace(tenant, () =>
    storage.transaction("t", (ports) => ports.tenants.insert(tenant)),
  );
  const other = await openPlaced(url);
  const asked = other.committed.tenants.find("t");
  await other.close();
  expect((await asked)?.id).toBe("t");
});

test("what the main database said of a tenant is forgotten where something happened to the tenant meanwhile", async () => {
  const { url, drop } = await makeDatabase(server.url);
  onTestFinished(drop);
  const main = await openPostgresStorage({ url, poolSize: 2 });
  onTestFinished(() => main.close());
  await main.transaction("t", (ports) => ports.tenants.insert(tenantRecord("t")));
  const catalogue = createCatalogue(
    () => main.committed,
    () => {},
    () => {},
  );
  const asked = catalogue.ask("t");
  catalogue.forget("t");
  expect(await asked).toBe("main");
  expect(catalogue.known("t")).toBeUndefined();
  await catalogue.ask("t");
  expect(catalogue.known("t")).toBe("main");
});

/** 1,000 tenants on 50 connections is TENANTRY_PLACES=1000 TENANTRY_PLACE_BUDGET=50; the default is small for the sake of time. */
const tenants = Number(process.env.TENANTRY_PLACES ?? 5);
const budget = Number(process.env.TENANTRY_PLACE_BUDGET ?? 10);

test("many tenants' databases never take more connections than the budget", {
  timeout: 60_000 + tenants * 2_000,
}, async () => {
  const { url, drop } = await makeDatabase(server.url);
  onTestFinished(drop);
  const ofMain = 3;
  const storage = await openPlaced(url, budget - ofMain);
  const ids = Array.from({ length: tenants }, (_, number) => `tenant-${number}`);
  let most = 0;
  const watch = setInterval(async () => {
    const [row] = await queryOnce(
      server.url,
      "SELECT count(*)::int AS count FROM pg_stat_activity WHERE application_name = 'tenantry'",
    );
    most = Math.max(most, Number(row?.count ?? 0));
  }, 20);
  onTestFinished(() => clearInterval(watch));
  for (const id of ids) {
    const tenant = tenantRecord(id, { placement: "dedicated" });
    await storage.places.withNewPlace(tenant, () =>
      storage.transaction(id, (ports) => ports.tenants.insert(tenant)),
    );
  }
  const found = await Promise.all(
    [...ids, ...ids].map(async (id) => await storage.committed.tenants.find(id)),
  );
  clearInterval(watch);
  expect(found.map((tenant) => tenant?.id)).toEqual([...ids, ...ids]);
  expect(most).toBeGreaterThan(ofMain);
  expect(most).toBeLessThanOrEqual(budget);
});
