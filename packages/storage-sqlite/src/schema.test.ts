import { DatabaseSync } from "node:sqlite";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { openTemporary } from "../test/temporary.ts";
import { openSqliteStorage } from "./index.ts";

/** Tables whose rows belong to no tenant, each with the reason. */
const withoutTenant = new Map([
  ["tenants", "it is the tenants"],
  ["tenant_moves", "they say which tenants move"],
  ["placements", "they say where a tenant lives"],
  ["registered_organizations", "they lead from a name to its tenant"],
  ["tenant_purges", "they say which tenants are gone"],
  ["signing_keys", "they sign for the installation"],
  ["operator_keys", "the operator acts in every tenant"],
  ["tenantry_migrations", "the ledger"],
  ["tenantry_migrations_lock", "the ledger"],
]);

const directory = openTemporary();
let db: DatabaseSync;

beforeAll(async () => {
  const path = directory.file("tenantry.db");
  await (await openSqliteStorage({ path })).close();
  db = new DatabaseSync(path);
});

afterAll(() => {
  db.close();
  directory.remove();
});

const rows = (sql: string, ...args: string[]) => db.prepare(sql).all(...args);

function tables(): readonly string[] {
  const all = rows(
    "SELECT name FROM pragma_table_list WHERE schema = 'main' AND type = 'table' AND name NOT GLOB 'sqlite_*'",
  );
  return all.map((row) => String(row.name));
}

const tenantTables = () => tables().filter((name) => !withoutTenant.has(name));

describe("the schema", () => {
  test("has tenant_id first in every primary and unique key", () => {
    for (const table of tenantTables()) {
      const unique = rows('SELECT name FROM pragma_index_list(?) WHERE "unique" = 1', table);
      expect(unique.length, table).toBeGreaterThan(0);
      for (const { name } of unique) {
        const columns = rows("SELECT name FROM pragma_index_info(?) ORDER BY seqno", String(name));
        expect(columns[0]?.name, `${table} ${String(name)}`).toBe("tenant_id");
      }
    }
  });

  test("carries the tenant in every foreign key, so that no row joins two", () => {
    for (const table of tenantTables()) {
      for (const key of rows("SELECT * FROM pragma_foreign_key_list(?) WHERE seq = 0", table)) {
        expect(key.from, `${table} to ${String(key.table)}`).toBe("tenant_id");
        expect(key.to).toBe(key.table === "tenants" ? "id" : "tenant_id");
      }
    }
  });

  test("has an index that begins with the columns of every foreign key", () => {
    for (const table of tenantTables()) {
      for (const columns of foreignKeys(table)) {
        const serving = indexes(table).some((index) =>
          columns.every((column) => index.slice(0, columns.length).includes(column)),
        );
        expect(serving, `${table} (${columns.join(", ")})`).toBe(true);
      }
    }
  });

  test("compares all text by its bytes and keeps all times as text", () => {
    for (const table of tables().filter((name) => !name.startsWith("tenantry_"))) {
      const sql = String(rows("SELECT sql FROM sqlite_schema WHERE name = ?", table)[0]?.sql);
      expect(sql, table).not.toMatch(/COLLATE/i);
      expect(sql, table).toMatch(/\bSTRICT\b/);
      for (const { name, type } of rows("SELECT name, type FROM pragma_table_info(?)", table)) {
        if (String(name).endsWith("_at")) expect(type, `${table}.${String(name)}`).toBe("TEXT");
      }
    }
  });

  test("gives the planner a measure of every index", () => {
    const measured = new Set(rows("SELECT idx FROM sqlite_stat1").map((row) => row.idx));
    for (const table of tenantTables()) {
      for (const { name, origin } of rows("SELECT name, origin FROM pragma_index_list(?)", table)) {
        const known = measured.has(name as string) || (origin === "pk" && measured.has(table));
        expect(known, `${table} ${String(name)}`).toBe(true);
      }
    }
  });

  test("refuses a role that says it is the tenant's and names an organization", () => {
    db.exec("PRAGMA foreign_keys = OFF");
    const insert = (scope: string, organization: string | null) =>
      db
        .prepare(
          `INSERT INTO roles VALUES ('t', ?, 'k', ?, 'n', NULL, 1, '[]', 0, 1, 'now', 'now')`,
        )
        .run(scope, organization);
    expect(() => insert("tenant", "org")).toThrow("roles_scope_agrees");
    expect(() => insert("org", null)).toThrow("roles_scope_agrees");
    expect(() => insert("org", "other")).toThrow("roles_scope_agrees");
    expect(insert("tenant", null).changes).toBe(1);
  });
});

function foreignKeys(table: string): readonly (readonly string[])[] {
  const keys = new Map<number, string[]>();
  for (const { id, from } of rows('SELECT id, "from" FROM pragma_foreign_key_list(?)', table)) {
    keys.set(Number(id), [...(keys.get(Number(id)) ?? []), String(from)]);
  }
  // A tenant is never removed row by row: nobody looks up what refers to one.
  return [...keys.values()].filter((columns) => columns.length > 1);
}

function indexes(table: string): readonly (readonly string[])[] {
  return rows("SELECT name FROM pragma_index_list(?)", table).map(({ name }) =>
    rows("SELECT name FROM pragma_index_info(?) ORDER BY seqno", String(name)).map((row) =>
      String(row.name),
    ),
  );
}
