import type { DatabaseSync } from "node:sqlite";
import { ledgerTable, type SqlValue } from "@tenantry/storage-sql";

/** A table as the database describes it, so that a column added by a migration gets into the files without a change here. */
export interface Table {
  readonly name: string;
  readonly columns: readonly string[];
  /** The columns of the primary key, in its order. */
  readonly key: readonly string[];
}

export type Row = Record<string, SqlValue>;
export type Key = readonly SqlValue[];

/** Every table except SQLite's own and the one that records migrations. */
export function readTables(db: DatabaseSync): readonly Table[] {
  const names = db
    .prepare("SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY name")
    .all()
    .map((row) => String(row.name));
  return names
    .filter((name) => !name.startsWith("sqlite_") && !name.startsWith(ledgerTable))
    .map((name) => readTable(db, name));
}

function readTable(db: DatabaseSync, name: string): Table {
  const columns = db.prepare(`SELECT name, pk FROM pragma_table_info('${name}')`).all() as {
    name: string;
    pk: number;
  }[];
  const key = columns.filter(({ pk }) => pk > 0).sort((a, b) => a.pk - b.pk);
  if (key.length === 0) throw new Error(`${name} has no primary key`);
  return { name, columns: columns.map((c) => c.name), key: key.map((c) => c.name) };
}

/** Access to one table's rows by key, without the rules of the domain: for loading files and applying the journal. */
export interface TableRows {
  readonly table: Table;
  find(key: Key): Row | undefined;
  insert(row: Row): void;
  remove(key: Key): void;
  /** All rows, in the order of keys. */
  all(): IterableIterator<Row>;
  /** The rows whose first key column is greater, in the order of keys. */
  after(first: SqlValue): IterableIterator<Row>;
  clear(): void;
}

export function createTableRows(db: DatabaseSync, table: Table): TableRows {
  const columns = table.columns.map(quote).join(", ");
  const places = table.columns.map(() => "?").join(", ");
  const key = table.key.map((column) => `${quote(column)} = ?`).join(" AND ");
  const order = table.key.map(quote).join(", ");
  const from = `FROM ${quote(table.name)}`;
  const find = db.prepare(`SELECT ${columns} ${from} WHERE ${key}`);
  const insert = db.prepare(`INSERT INTO ${quote(table.name)} (${columns}) VALUES (${places})`);
  const remove = db.prepare(`DELETE ${from} WHERE ${key}`);
  const all = db.prepare(`SELECT ${columns} ${from} ORDER BY ${order}`);
  const after = db.prepare(
    `SELECT ${columns} ${from} WHERE ${quote(table.key[0] ?? "")} > ? ORDER BY ${order}`,
  );
  const clear = db.prepare(`DELETE ${from}`);
  return {
    table,
    find: (values) => find.get(...values) as Row | undefined,
    insert: (row) => insert.run(...table.columns.map((column) => row[column] ?? null)),
    remove: (values) => remove.run(...values),
    all: () => all.iterate() as IterableIterator<Row>,
    after: (first) => after.iterate(first) as IterableIterator<Row>,
    clear: () => clear.run(),
  };
}

export function quote(name: string): string {
  return `"${name}"`;
}
