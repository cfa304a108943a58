import type { DatabaseSync } from "node:sqlite";
import type { Change, Ports } from "@tenantry/core";
import {
  createPorts,
  createRevocablePorts,
  type Migration,
  migrations,
  type RevocablePorts,
} from "@tenantry/storage-sql";
import {
  assertSqliteVersion,
  createSqliteSession,
  inMemory,
  migrateHandle,
  openHandle,
  type SqliteSession,
} from "@tenantry/storage-sqlite/machinery";
import { damaged } from "./directory-error.ts";
import { type DirtyRow, type DirtyRows, watchRows } from "./dirty-rows.ts";
import type { EventFileEnd } from "./event-file.ts";
import { fromFileRow } from "./file-rows.ts";
import type { CommitLines } from "./journal.ts";
import { guardPorts } from "./source-limits.ts";
import { createSourceRows } from "./source-rows.ts";
import { createSourceTimesTable, sourceTimesTable } from "./source-times-table.ts";
import { createSourceView, type SourceView } from "./source-view.ts";
import { createTableRows, type Key, type Row, readTables, type TableRows } from "./tables.ts";

/** The database in memory that answers every query, filled from the files. */
export interface Memory {
  readonly db: DatabaseSync;
  /** The names of the migrations that made its schema. */
  readonly migrations: readonly string[];
  readonly session: SqliteSession;
  /** The ports of a transaction. */
  readonly ports: Ports;
  openPorts(): RevocablePorts;
  /** The changes of the open transaction, in order. */
  readonly changes: Change[];
  readonly tables: ReadonlyMap<string, TableRows>;
  readonly dirty: DirtyRows;
  readonly view: SourceView;
  /** What the tables' files do not have yet. */
  readonly unsaved: Unsaved;
  countExactTimes(): number;
  close(): void;
}

/** What is in memory and in the journal, but not yet in the tables' files. */
export interface Unsaved {
  /** The tables whose rows differ from their files. */
  readonly tables: Set<string>;
  /** How much of the events' file is valid. */
  events: EventFileEnd;
  /** Whether an event that is already in the file has changed. */
  hasOldEvents: boolean;
}

/**
 * @param directory The path, for messages.
 * @param known The migrations that make its schema: all, unless an earlier version wrote the files.
 */
export async function createMemory(
  directory: string,
  known: readonly Migration[] = migrations,
): Promise<Memory> {
  assertSqliteVersion();
  const db = openHandle(inMemory);
  await migrateMemory(db, known);
  createSourceTimesTable(db);
  const changes: Change[] = [];
  const session = createSqliteSession(db, directory, (change) => changes.push(change));
  const tables = readTables(db);
  const sourceRows = createSourceRows(db);
  const openPorts = () =>
    createRevocablePorts(session, (held) =>
      guardPorts(createPorts(held), sourceRows.defaultTenantId),
    );
  return {
    db,
    migrations: known.map(({ name }) => name),
    session,
    ports: openPorts().ports,
    openPorts,
    changes,
    tables: new Map(tables.map((table) => [table.name, createTableRows(db, table)])),
    dirty: watchRows(db, tables),
    view: createSourceView(sourceRows),
    unsaved: { tables: new Set(), events: { bytes: 0, position: 0 }, hasOldEvents: false },
    countExactTimes: () =>
      Number(db.prepare(`SELECT count(*) AS count FROM ${sourceTimesTable}`).get()?.count),
    close: () => db.close(),
  };
}

/** Migrates the schema and the rows in the tables to these migrations. */
export async function migrateMemory(
  db: DatabaseSync,
  known: readonly Migration[] = migrations,
): Promise<void> {
  db.exec("BEGIN");
  await migrateHandle(db, known);
  db.exec("COMMIT");
}

/**
 * Applies a commit of the journal. The rules were checked when it was made, so rows are written as they are.
 *
 * @returns the changes, for the caches.
 */
export function applyCommit(memory: Memory, lines: CommitLines, path: string): readonly Change[] {
  const puts: { rows: TableRows; row: Row }[] = [];
  withoutForeignKeys(memory.db, () => {
    for (const { remove } of lines) {
      for (const [name, keys] of Object.entries(remove)) {
        const rows = tableOf(memory, name, path);
        for (const key of keys) rows.remove(key);
      }
    }
    for (const { put } of lines) {
      for (const [name, given] of Object.entries(put)) {
        const rows = tableOf(memory, name, path);
        for (const one of given) puts.push({ rows, row: rowOf(rows, one, path) });
      }
    }
    // All removals come first, because a new row may take a name that a removed one frees.
    for (const { rows, row } of puts) rows.remove(keyOf(rows, row));
    for (const { rows, row } of puts) rows.insert(row);
  });
  noteTouched(memory);
  return puts.filter(({ rows }) => rows.table.name === "events").map(({ row }) => changeOf(row));
}

/** Updates the view of the source files for changed rows, and notes which tables' files are out of date. */
export function noteTouched(memory: Memory): void {
  noteRows(memory, memory.dirty.take());
}

export function noteRows({ unsaved, view }: Memory, touched: readonly DirtyRow[]): void {
  for (const { table, key } of touched) {
    unsaved.tables.add(table);
    const isOldEvent = table === "events" && Number(key[0]) <= unsaved.events.position;
    if (isOldEvent) unsaved.hasOldEvents = true;
  }
  view.update(touched);
}

/** Runs work in a transaction in which rows may refer to rows that are written later. */
export function withoutForeignKeys(db: DatabaseSync, work: () => void): void {
  db.exec("PRAGMA foreign_keys = OFF; BEGIN");
  try {
    work();
    db.exec("COMMIT");
  } catch (error) {
    db.exec("ROLLBACK");
    throw error;
  } finally {
    db.exec("PRAGMA foreign_keys = ON");
  }
}

function tableOf(memory: Memory, name: string, path: string): TableRows {
  const rows = memory.tables.get(name);
  if (rows !== undefined) return rows;
  throw damaged(path, [{ place: name, detail: "is no table that this version knows" }]);
}

function rowOf(rows: TableRows, value: unknown, path: string): Row {
  const row = fromFileRow(rows.table, value);
  if (typeof row !== "string") return row;
  throw damaged(path, [{ place: `a row of ${rows.table.name}`, detail: row }]);
}

export function keyOf({ table }: TableRows, row: Row): Key {
  return table.key.map((column) => row[column] ?? null);
}

function changeOf(row: Row): Change {
  const { tenant_id, organization_id, type, entity, entity_id } = row;
  return { tenant_id, organization_id, type, entity, entity_id } as Change;
}
