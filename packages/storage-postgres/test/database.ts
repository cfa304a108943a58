import { randomBytes } from "node:crypto";
import { migrations } from "@tenantry/storage-sql";
import { Client } from "pg";
import { inject } from "vitest";
import { createClient, type OwnClient } from "../src/connection.ts";
import { openPostgresStorage } from "../src/index.ts";
import { migrateDatabase } from "../src/migrate.ts";
import { connectionSettings, prepareDatabase } from "../src/postgres-storage.ts";

type Row = Readonly<Record<string, unknown>>;

/** A database on a server. */
export interface TestDatabase {
  readonly url: string;
  drop(): Promise<void>;
}

/** Makes an empty database, of the server of this run where no other is named. */
export async function makeDatabase(
  serverUrl: string = inject("postgresUrl"),
  options = "TEMPLATE template0 ENCODING 'UTF8'",
): Promise<TestDatabase> {
  const name = `tenantry_test_${randomBytes(8).toString("hex")}`;
  await queryOnce(serverUrl, `CREATE DATABASE ${name} ${options}`);
  const url = new URL(serverUrl);
  url.pathname = `/${name}`;
  return {
    url: url.href,
    drop: async () => {
      await queryOnce(serverUrl, `DROP DATABASE IF EXISTS ${name} WITH (FORCE)`);
    },
  };
}

/** Databases of tests that have ended, without rows: making one takes longer than most tests. */
const emptied: TestDatabase[] = [];

/** A database with the schema and no rows. Dropping it empties it for another test, which must find the schema as it was. */
export async function borrowDatabase(): Promise<TestDatabase> {
  const { url } = emptied.pop() ?? (await makeDatabase());
  return {
    url,
    async drop() {
      const tables = await queryOnce(
        url,
        `SELECT tablename FROM pg_tables WHERE schemaname = 'public' AND tablename NOT LIKE 'tenantry_%'`,
      );
      const deletions = tables.map(({ tablename }) => `DELETE FROM ${String(tablename)};`);
      await queryOnce(url, `SET session_replication_role = replica; ${deletions.join(" ")}`);
      emptied.push({ url, drop: async () => {} });
    },
  };
}

/** A connection as the role that the storage itself works as. */
export async function connectAsApplication(url: string): Promise<OwnClient> {
  const { settings } = await prepareDatabase(connectionSettings({ url }), "the test's server");
  const client = createClient(settings);
  await client.connect();
  return client;
}

/** Runs one statement on a connection of its own. */
export async function queryOnce(url: string, sql: string): Promise<readonly Row[]> {
  const client = new Client(url);
  await client.connect();
  try {
    return (await client.query(sql)).rows;
  } finally {
    await client.end();
  }
}

/** The schema of a database, and that of one which had the first release's and was opened by this program. */
export async function describeSchemas(url: string) {
  const old = await makeDatabase();
  try {
    const client = new Client(old.url);
    await client.connect();
    await migrateDatabase(client, migrations.slice(0, 1));
    await client.end();
    await (await openPostgresStorage({ url: old.url })).close();
    return { fresh: await describeSchema(url), upgraded: await describeSchema(old.url) };
  } finally {
    await old.drop();
  }
}

/** Everything that PostgreSQL's catalogue says of a database's schema, in one order. */
async function describeSchema(url: string): Promise<string> {
  const columns = await queryOnce(
    url,
    `SELECT table_name, column_name, data_type, collation_name, is_nullable, column_default, is_identity
      FROM information_schema.columns WHERE table_schema = 'public' ORDER BY 1, 2`,
  );
  const constraints = await queryOnce(
    url,
    `SELECT conrelid::regclass::text AS of, conname, pg_get_constraintdef(oid) AS definition
      FROM pg_constraint WHERE connamespace = 'public'::regnamespace ORDER BY 1, 2`,
  );
  const indexes = await queryOnce(
    url,
    "SELECT indexname, indexdef FROM pg_indexes WHERE schemaname = 'public' ORDER BY 1",
  );
  const policies = await queryOnce(
    url,
    `SELECT c.relname, c.relrowsecurity, c.relforcerowsecurity, p.polname, pg_get_expr(p.polqual, p.polrelid)
      FROM pg_class AS c LEFT JOIN pg_policy AS p ON p.polrelid = c.oid
      WHERE c.relnamespace = 'public'::regnamespace AND c.relkind = 'r' ORDER BY 1, 4`,
  );
  return JSON.stringify([columns, constraints, indexes, policies], null, 1);
}
