import { openPostgresStorage } from "@tenantry/storage-postgres";
import { fillTenant } from "@tenantry/storage-testkit";
import { tenantRecord } from "@tenantry/storage-testkit/records";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type OwnPostgres, startPostgres } from "../../../../scripts/tests/postgres-server.ts";
import {
  connectAsApplication,
  makeDatabase,
  queryOnce,
} from "../../../storage-postgres/test/database.ts";
import { describeHostileStatements } from "../../../storage-postgres/test/hostile-suite.ts";
import { createPlacedStorage, createPostgresPlaces } from "../../src/index.ts";

/** One of this file's own: what the statements try on their role is tried on the role of every database of a server. */
let server: OwnPostgres;
beforeAll(async () => {
  server = await startPostgres();
});
afterAll(() => server.remove());

const [ours, theirs] = ["tenant-a", "tenant-b"];

/** A tenant that was given a database of its own, and one that lives in the main database. */
async function makeInstallation() {
  const { url } = await makeDatabase(server.url);
  const main = await openPostgresStorage({ url });
  const storage = createPlacedStorage({
    main,
    server: createPostgresPlaces({ url }),
    connections: 10,
  });
  await storage.places.withNewPlace(tenantRecord(ours, { placement: "dedicated" }), () =>
    storage.transaction(ours, (ports) => fillTenant(ports, ours)),
  );
  await storage.transaction(theirs, (ports) => fillTenant(ports, theirs));
  const placement = await storage.committed.placements.find(ours);
  await storage.close();
  return { main: url, own: Object.assign(new URL(url), { pathname: placement?.database }).href };
}

// The wall stands there as well, should a row of another tenant ever come into a tenant's own database: so they are planted.
describeHostileStatements("in a database of the tenant's own", async () => {
  const { own } = await makeInstallation();
  const planting = await openPostgresStorage({ url: own });
  await planting.transaction(theirs, (ports) => fillTenant(ports, theirs));
  await planting.close();
  for (const tenant of [ours, theirs]) {
    await queryOnce(
      own,
      `INSERT INTO changed_rows (tenant_id, table_name, row_key) VALUES ('${tenant}', 'users', '[]')`,
    );
  }
  return {
    ours,
    theirs,
    application: await connectAsApplication(own),
    superuserUrl: own,
    dispose: async () => {},
  };
});

test("a tenant's own database holds no other tenant's row, and names no other database that a statement could reach", async () => {
  const { main, own } = await makeInstallation();
  const tables = await queryOnce(
    own,
    `SELECT table_name AS name FROM information_schema.columns
      WHERE table_schema = 'public' AND column_name = 'tenant_id'`,
  );
  expect(tables.length).toBeGreaterThanOrEqual(19);
  for (const { name } of tables) {
    const foreign = `SELECT tenant_id FROM ${String(name)} WHERE tenant_id <> '${ours}'`;
    expect(await queryOnce(own, foreign), String(name)).toEqual([]);
  }
  expect(await queryOnce(own, `SELECT id FROM tenants WHERE id <> '${ours}'`)).toEqual([]);
  const application = await connectAsApplication(own);
  const database = new URL(main).pathname.slice(1);
  for (const way of [
    `SELECT * FROM ${database}.public.users`,
    "CREATE EXTENSION dblink",
    "CREATE EXTENSION postgres_fdw",
    "CREATE SERVER other FOREIGN DATA WRAPPER postgres_fdw",
  ]) {
    await expect(application.query(way), way).rejects.toThrow();
  }
  await application.end();
});
