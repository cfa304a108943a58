import { randomBytes } from "node:crypto";
import { migrations, postgresDialect, watchStatements } from "@tenantry/storage-sql";
import { expectSameAccess, rowsBeforeAccessInOneRead } from "@tenantry/storage-testkit/upgrades";
import { Client } from "pg";
import { expect, inject, onTestFinished, test } from "vitest";
import { makeDatabase, queryOnce } from "../test/database.ts";
import { openPostgresStorage } from "./index.ts";
import { migrateDatabase } from "./migrate.ts";

/** A database of somebody who is bound by its policies, and the address as them. */
async function makeDatabaseOfBoundOwner(): Promise<string> {
  const name = `test_owner_${randomBytes(4).toString("hex")}`;
  await queryOnce(inject("postgresUrl"), `CREATE ROLE ${name} LOGIN PASSWORD 'password'`);
  const { url, drop } = await makeDatabase(
    undefined,
    `TEMPLATE template0 ENCODING 'UTF8' OWNER ${name}`,
  );
  onTestFinished(drop);
  return Object.assign(new URL(url), { username: name, password: "password" }).href;
}

test("a database of before migration 0010 gives everybody the access that they had, also while its tenant moves", async () => {
  const url = await makeDatabaseOfBoundOwner();
  const before = migrations.filter(({ name }) => name < "0010");
  expect(before).toHaveLength(9);
  const client = new Client(url);
  await client.connect();
  await migrateDatabase(client, before);
  await client.query("SELECT set_config('tenantry.tenant_id', 't', false)");
  for (const statement of rowsBeforeAccessInOneRead) await client.query(statement);
  for (const statement of watchStatements(postgresDialect, "t").begin)
    await client.query(statement);
  await client.end();
  const storage = await openPostgresStorage({ url });
  await expectSameAccess(storage);
  const noted = await storage.transaction("t", ({ moves }) => moves.changes("t", 0, 10));
  expect(new Set(noted.map(({ table_name, row_key }) => `${table_name} ${row_key}`))).toEqual(
    new Set(['users ["ann"]', 'memberships ["org","bob"]']),
  );
  await storage.close();
});
