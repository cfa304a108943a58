import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { makeDatabase, queryOnce, type TestDatabase } from "../test/database.ts";
import { openPostgresStorage } from "./index.ts";

/** Tables whose rows belong to no tenant, each with the reason. */
const withoutTenant = new Map([
  ["tenants", "it is the tenants"],
  ["signing_keys", "they sign for the installation"],
  ["operator_keys", "the operator acts in every tenant"],
  ["tenantry_migrations", "the ledger"],
  ["tenantry_migrations_lock", "the ledger"],
]);

let database: TestDatabase;

beforeAll(async () => {
  database = await makeDatabase();
  await (await openPostgresStorage({ url: database.url })).close();
});

afterAll(() => database.drop());

const rows = (sql: string) => queryOnce(database.url, sql);

async function tenantTables(): Promise<readonly string[]> {
  const tables = await rows("SELECT tablename FROM pg_tables WHERE schemaname = 'public'");
  return tables.map((row) => String(row.tablename)).filter((name) => !withoutTenant.has(name));
}

describe("the schema on PostgreSQL", () => {
  test("has tenant_id first in every primary and unique key", async () => {
    const keys = await rows(
      `SELECT i.indrelid::regclass::text AS table, i.indexrelid::regclass::text AS key, a.attname AS first
        FROM pg_index i JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = i.indkey[0]
        WHERE i.indisunique AND i.indrelid IN (SELECT oid FROM pg_class WHERE relnamespace = 'public'::regnamespace)`,
    );
    for (const table of await tenantTables()) {
      const own = keys.filter((key) => key.table === table);
      expect(own.length, table).toBeGreaterThan(0);
      for (const { key, first } of own) expect(first, `${table} ${String(key)}`).toBe("tenant_id");
    }
  });

  test("carries the tenant in every foreign key, so that no row joins two", async () => {
    const keys = await rows(
      `SELECT c.conname AS key, c.confrelid::regclass::text AS to, f.attname AS from_column, t.attname AS to_column
        FROM pg_constraint c
        JOIN pg_attribute f ON f.attrelid = c.conrelid AND f.attnum = c.conkey[1]
        JOIN pg_attribute t ON t.attrelid = c.confrelid AND t.attnum = c.confkey[1]
        WHERE c.contype = 'f'`,
    );
    expect(keys.length).toBeGreaterThan(15);
    for (const { key, to, from_column, to_column } of keys) {
      expect([key, from_column]).toEqual([key, "tenant_id"]);
      expect([key, to_column]).toEqual([key, to === "tenants" ? "id" : "tenant_id"]);
    }
  });

  test("has no column of a tenant's table that may lack its tenant", async () => {
    const columns = await rows(
      `SELECT table_name, is_nullable FROM information_schema.columns
        WHERE table_schema = 'public' AND column_name = 'tenant_id'`,
    );
    expect(columns.map((column) => column.table_name).sort()).toEqual(
      [...(await tenantTables())].sort(),
    );
    expect(columns.filter((column) => column.is_nullable === "YES")).toEqual([]);
  });

  test("has row-level security, enabled and forced, with one policy for reads and writes on every table of tenants", async () => {
    const states = await rows(
      `SELECT c.relname AS table, c.relrowsecurity AS enabled, c.relforcerowsecurity AS forced,
          (SELECT json_agg(json_build_array(p.cmd, p.permissive, p.qual = p.with_check, p.roles::text)) FROM pg_policies AS p
            WHERE p.tablename = c.relname) AS policies
        FROM pg_class AS c WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p')`,
    );
    const secured = new Set([...(await tenantTables()), "signing_keys", "operator_keys"]);
    for (const state of states.filter(({ table }) => secured.has(String(table)))) {
      expect(state).toEqual({
        table: state.table,
        enabled: true,
        forced: true,
        policies: [["ALL", "PERMISSIVE", true, "{public}"]],
      });
      secured.delete(String(state.table));
    }
    expect([...secured]).toEqual([]);
  });

  test("compares all text by its bytes, whatever the locale of the database", async () => {
    const texts = await rows(
      `SELECT table_name, column_name, collation_name FROM information_schema.columns
        WHERE table_schema = 'public' AND data_type = 'text'`,
    );
    expect(texts.length).toBeGreaterThan(100);
    expect(texts.filter((column) => column.collation_name !== "C")).toEqual([]);
  });

  test("checks roles' scopes, statuses and the form of domains and seats", async () => {
    const checks = await rows("SELECT conname FROM pg_constraint WHERE contype = 'c'");
    const names = checks.map((check) => check.conname);
    for (const name of [
      "organizations_status_known",
      "organizations_domain_has_dot",
      "memberships_status_known",
      "roles_scope_agrees",
      "membership_roles_own_scope",
      "plans_seats_form",
    ]) {
      expect(names).toContain(name);
    }
  });
});
