import { DatabaseSync } from "node:sqlite";
import { copiedTables } from "@tenantry/storage-sql";
import { afterAll, beforeAll, expect, test } from "vitest";
import { openTemporary } from "../test/temporary.ts";
import { openSqliteStorage } from "./index.ts";

/** Tables that a copy leaves behind, each with the reason. */
const leftBehind = new Set([
  // Where the tenants of the source live says nothing of the target.
  "placements",
  // Moves from where and to where.
  "tenant_moves",
  // What is noted while a tenant is copied.
  "changed_rows",
  // The ledger is the target's own.
  "tenantry_migrations",
  "tenantry_migrations_lock",
]);

/** Columns that are the database's own. */
const ownColumns = new Set(["events.position", "tenants.fenced"]);

const directory = openTemporary();
let db: DatabaseSync;

beforeAll(async () => {
  const path = directory.file("tenantry.db");
  await (await openSqliteStorage({ path })).close();
  db = new DatabaseSync(path, { readOnly: true });
});

afterAll(() => {
  db.close();
  directory.remove();
});

interface Column {
  readonly name: string;
  readonly type: string;
  readonly pk: number;
}

const columnsOf = (table: string) =>
  db
    .prepare("SELECT name, type, pk FROM pragma_table_info(?)")
    .all(table) as unknown as readonly Column[];

function tables(): readonly string[] {
  return db
    .prepare(
      "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT GLOB 'sqlite_*' ORDER BY name",
    )
    .all()
    .map(({ name }) => String(name));
}

test("copies every table there is, with every column of it and the type that it has", () => {
  const known = copiedTables.map(({ name }) => name).toSorted();
  expect(known).toEqual(tables().filter((name) => !leftBehind.has(name)));
  for (const { name, columns, isInteger } of copiedTables) {
    const found = columnsOf(name).filter((column) => !ownColumns.has(`${name}.${column.name}`));
    expect([name, columns]).toEqual([name, found.map((column) => column.name)]);
    const types = found.map(({ type }) => type === "INTEGER");
    expect([name, columns.map(isInteger)]).toEqual([name, types]);
  }
});

test("reads every table in the order of a key that is unique", () => {
  for (const { name, tenantColumn, key } of copiedTables) {
    const whole = tenantColumn === undefined ? key : [tenantColumn, ...key];
    const uniques = db
      .prepare('SELECT name FROM pragma_index_list(?) WHERE "unique" = 1 AND partial = 0')
      .all(name)
      .map((index) =>
        db
          .prepare("SELECT name FROM pragma_index_info(?) ORDER BY seqno")
          .all(String(index.name))
          .map((column) => String(column.name)),
      );
    expect(uniques, name).toContainEqual(whole);
  }
});

test("writes every table after those that its rows refer to", () => {
  const places = new Map(copiedTables.map(({ name }, place) => [name, place]));
  for (const { name, ownReference } of copiedTables) {
    const parents = db.prepare('SELECT "table" FROM pragma_foreign_key_list(?)').all(name);
    for (const parent of new Set(parents.map((row) => String(row.table)))) {
      if (parent === name) expect(ownReference, name).toBeDefined();
      else
        expect(places.get(parent), `${name} after ${parent}`).toBeLessThan(places.get(name) ?? 0);
    }
  }
});
