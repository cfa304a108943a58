import { readFileSync } from "node:fs";
import { Client } from "pg";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { renderCitusPage } from "../test/citus-page.ts";
import { makeDatabase, queryOnce, type TestDatabase } from "../test/database.ts";
import { schemaFaults, tablesWithoutTenant } from "../test/schema-rules.ts";
import { openPostgresStorage } from "./index.ts";

let database: TestDatabase;
let client: Client;

beforeAll(async () => {
  database = await makeDatabase();
  await (await openPostgresStorage({ url: database.url })).close();
  client = new Client(database.url);
  await client.connect();
});

afterAll(async () => {
  await client.end();
  await database.drop();
});

/** What breaks a rule, and the rule that must name it. */
const breaches: Readonly<Record<string, readonly [string, ...string[]]>> = {
  "CREATE TABLE loose (id text PRIMARY KEY)": [
    "loose has no tenant_id that is never absent",
    "loose_pkey is an index that begins with another column",
    "loose has no row-level security, enabled and forced",
    "loose has not one policy for reading and writing its tenant's rows",
    "loose.id compares text by a locale",
  ],
  "ALTER TABLE events ALTER tenant_id DROP NOT NULL": [
    "events has no tenant_id that is never absent",
  ],
  "ALTER TABLE events DROP CONSTRAINT events_chain_unique": ["events has no primary or unique key"],
  "CREATE UNIQUE INDEX crossing ON sessions (id, tenant_id)": [
    "crossing is an index that begins with another column",
  ],
  "CREATE INDEX computed ON users (lower(tenant_id))": [
    "computed is an index that begins with another column",
  ],
  'ALTER TABLE plans ADD UNIQUE (key), ADD COLUMN other text COLLATE "C" CONSTRAINT crossed REFERENCES plans (key)':
    [
      "plans_key_key is an index that begins with another column",
      "crossed is a foreign key that does not carry the tenant",
    ],
  "CREATE VIEW seen AS SELECT * FROM users": [
    "seen is a view, which would see with its owner's eyes",
  ],
  "CREATE FUNCTION takes() RETURNS text SECURITY DEFINER LANGUAGE sql AS 'SELECT 1::text'": [
    "takes is a function, which could work with its owner's rights",
  ],
  "ALTER TABLE teams NO FORCE ROW LEVEL SECURITY": [
    "teams has no row-level security, enabled and forced",
  ],
  "CREATE POLICY wide ON teams FOR SELECT USING (true)": [
    "teams has not one policy for reading and writing its tenant's rows",
  ],
};

describe("the schema on PostgreSQL", () => {
  test("keeps every rule of tenants' tables", async () => {
    expect(await schemaFaults(client)).toEqual([]);
  });

  test.each(Object.entries(breaches))("would not keep them with %s", async (breach, faults) => {
    await client.query("BEGIN");
    try {
      await client.query(breach);
      expect(await schemaFaults(client)).toEqual(faults);
    } finally {
      await client.query("ROLLBACK");
    }
  });

  test("has each of the tables that are excepted from the rules", async () => {
    const tables = await queryOnce(database.url, "SELECT tablename FROM pg_tables");
    expect(tables.map(({ tablename }) => tablename)).toEqual(
      expect.arrayContaining(Object.keys(tablesWithoutTenant)),
    );
  });

  test("checks roles' scopes, statuses and the form of domains and seats", async () => {
    const checks = await queryOnce(
      database.url,
      "SELECT conname FROM pg_constraint WHERE contype = 'c'",
    );
    const names = checks.map((check) => check.conname);
    for (const name of [
      "tenants_status_known",
      "users_status_known",
      "organizations_status_known",
      "organizations_domain_has_dot",
      "memberships_status_known",
      "users_administrator_flag",
      "roles_scope_agrees",
      "membership_roles_own_scope",
      "plans_seats_form",
    ]) {
      expect(names).toContain(name);
    }
  });

  test("is the one that docs/citus.md distributes (npm run generate)", async () => {
    const page = readFileSync(new URL("../../../docs/citus.md", import.meta.url), "utf8");
    expect(page).toBe(await renderCitusPage(database.url));
  });
});
