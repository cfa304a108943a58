import { randomBytes } from "node:crypto";
import { migrations } from "@tenantry/storage-sql";
import {
  organizationRecord,
  planRecord,
  tenantRecord,
  userRecord,
} from "@tenantry/storage-testkit/records";
import { expect, inject, onTestFinished, test } from "vitest";
import { makeDatabase, queryOnce } from "../test/database.ts";
import { inspectPostgresDatabase, openPostgresStorage } from "./index.ts";

const newest = migrations.at(-1)?.name;

/** A database whose owner has these rights and no others, as them and as the server's superuser. */
async function makeOwned(rights: string) {
  const name = `test_user_${randomBytes(4).toString("hex")}`;
  await queryOnce(inject("postgresUrl"), `CREATE ROLE ${name} LOGIN PASSWORD 'p' ${rights}`);
  const options = `TEMPLATE template0 ENCODING 'UTF8' OWNER ${name}`;
  const { url: superuserUrl, drop } = await makeDatabase(undefined, options);
  onTestFinished(drop);
  const url = Object.assign(new URL(superuserUrl), { username: name, password: "p" }).href;
  return { name, url, superuserUrl };
}

async function rolesOf(url: string) {
  return await queryOnce(url, "SELECT rolname FROM pg_roles ORDER BY 1");
}

test("finds an empty database with everything pending, and makes neither tables nor roles", async () => {
  const { name, url, superuserUrl } = await makeOwned("CREATEROLE");
  const before = await rolesOf(superuserUrl);
  expect(await inspectPostgresDatabase({ url })).toMatchObject({
    migrations_applied: [],
    migrations_pending: migrations.map((one) => one.name),
    access: { user: expect.stringMatching(/^tenantry_app_/), warning: null, fault: null },
    may_create_databases: false,
    owner: name,
  });
  expect(await rolesOf(superuserUrl)).toEqual(before);
  expect(await queryOnce(url, "SELECT 1 FROM pg_class WHERE relname ~ 'tenant'")).toEqual([]);
});

test("counts the rows of every tenant as an owner whom row-level security holds, and finds counts that are wrong", async () => {
  const { url, superuserUrl } = await makeOwned("CREATEDB");
  const storage = await openPostgresStorage({ url });
  for (const tenant of ["t", "u"]) {
    await storage.transaction(tenant, async (ports) => {
      await ports.tenants.insert(tenantRecord(tenant));
      await ports.users.insert(userRecord(tenant, `${tenant}1`));
      await ports.plans.insert(planRecord(tenant, "free"));
      await ports.organizations.insert(
        organizationRecord(tenant, `o-${tenant}`, { slug: `slug-${tenant}` }),
      );
    });
  }
  await storage.close();
  const sound = await inspectPostgresDatabase({ url });
  expect(sound).toMatchObject({
    users: 2,
    organizations: 2,
    count_faults: [],
    migrations_pending: [],
    may_create_databases: true,
    access: { warning: expect.stringMatching(/could switch row-level security off/) },
  });
  expect(sound.migrations_applied.at(-1)).toBe(newest);
  await queryOnce(superuserUrl, "UPDATE organizations SET seat_count = 8 WHERE tenant_id = 'u'");
  const { count_faults } = await inspectPostgresDatabase({ url });
  expect(count_faults).toEqual([expect.stringMatching(/^slug-u counts 8 seats .* has 0 and 0$/)]);
});

test("says that a user who is named beside the owner is not held by row-level security", async () => {
  const { url, superuserUrl } = await makeOwned("CREATEROLE");
  const found = await inspectPostgresDatabase({ url: superuserUrl, ownerUrl: url });
  expect(found.access).toMatchObject({
    user: new URL(superuserUrl).username,
    fault: expect.stringMatching(/is not held by row-level security; take SUPERUSER/),
  });
});

test("says of a replica that it is none, and that it cannot be reached", async () => {
  const { url, drop } = await makeDatabase();
  onTestFinished(drop);
  const gone = Object.assign(new URL(url), { port: "1" }).href;
  const { replicas } = await inspectPostgresDatabase({ url, replicaUrls: [url, gone] });
  expect(replicas.map(({ fault }) => fault)).toEqual([
    expect.stringMatching(/it is no standby of the database/),
    expect.stringMatching(/cannot be reached \(ECONNREFUSED\)/),
  ]);
});

test("refuses a database that a newer version made", async () => {
  const { url, drop } = await makeDatabase();
  onTestFinished(drop);
  await (await openPostgresStorage({ url })).close();
  await queryOnce(url, "INSERT INTO tenantry_migrations VALUES ('9999-later', 'now')");
  await expect(inspectPostgresDatabase({ url })).rejects.toMatchObject({ code: "storage_newer" });
});
