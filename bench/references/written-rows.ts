import type { DatabaseSync, SQLOutputValue } from "node:sqlite";

export type StoredRow = Record<string, SQLOutputValue>;
export type WrittenRow = { table: string; row: StoredRow };
/** The rows that a transaction added and those that it changed. */
export type Written = { inserted: WrittenRow[]; updated: WrittenRow[] };

type Snapshot = Map<string, Map<string, StoredRow>>;

/**
 * Finds out what a piece of work writes, by comparing every table before and after. The raw side of
 * the bench writes exactly these rows, so it follows changes of the schema by itself.
 */
export async function captureWritten(
  database: DatabaseSync,
  work: () => Promise<unknown>,
): Promise<Written> {
  const before = takeSnapshot(database);
  await work();
  const after = takeSnapshot(database);
  const written: Written = { inserted: [], updated: [] };
  for (const [table, rows] of after) {
    for (const [key, row] of rows) {
      const old = before.get(table)?.get(key);
      if (old === undefined) written.inserted.push({ table, row });
      else if (!isEqualRow(old, row)) written.updated.push({ table, row });
    }
  }
  return written;
}

/** The ordinary tables, each after those that it refers to, so that inserts satisfy foreign keys. */
export function listTables(database: DatabaseSync): string[] {
  const names = database
    .prepare(
      `SELECT name FROM pragma_table_list
       WHERE schema = 'main' AND type = 'table' AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\' ORDER BY name`,
    )
    .all()
    .map(({ name }) => String(name));
  const ordered: string[] = [];
  const visit = (table: string, path: string[]): void => {
    if (ordered.includes(table) || path.includes(table)) return;
    for (const parent of listParents(database, table)) visit(parent, [...path, table]);
    ordered.push(table);
  };
  for (const name of names) visit(name, []);
  return ordered;
}

export type Column = { name: string; isKey: boolean; isRowid: boolean };

export function listColumns(database: DatabaseSync, table: string): Column[] {
  const columns = database.prepare("SELECT * FROM pragma_table_info(?)").all(table);
  const keys = columns.filter(({ pk }) => Number(pk) > 0);
  return columns.map(({ name, type, pk }) => ({
    name: String(name),
    isKey: Number(pk) > 0,
    // Such a column is the rowid, which SQLite assigns.
    isRowid: Number(pk) > 0 && keys.length === 1 && String(type).toUpperCase() === "INTEGER",
  }));
}

function listParents(database: DatabaseSync, table: string): string[] {
  const rows = database.prepare('SELECT "table" AS parent FROM pragma_foreign_key_list(?)');
  return rows.all(table).map(({ parent }) => String(parent));
}

function takeSnapshot(database: DatabaseSync): Snapshot {
  return new Map(
    listTables(database).map((table) => {
      const keys = listColumns(database, table).filter(({ isKey }) => isKey);
      if (keys.length === 0) throw new Error(`the table ${table} has no primary key`);
      const rows = database.prepare(`SELECT * FROM "${table}"`).all();
      return [table, new Map(rows.map((row) => [keyOf(row, keys), row]))];
    }),
  );
}

function keyOf(row: StoredRow, keys: Column[]): string {
  return JSON.stringify(keys.map(({ name }) => String(row[name])));
}

function isEqualRow(one: StoredRow, other: StoredRow): boolean {
  return Object.keys(one).every((column) => String(one[column]) === String(other[column]));
}
