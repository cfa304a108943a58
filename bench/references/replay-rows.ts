import type { DatabaseSync, SQLInputValue, StatementSync } from "node:sqlite";
import { makeTimeOrderedId } from "../dataset/ids.ts";
import {
  type Column,
  listColumns,
  listTables,
  type Written,
  type WrittenRow,
} from "./written-rows.ts";

/** The values of one statement of one creation. */
type Write = { statement: StatementSync; values: SQLInputValue[] };
/** Everything that one creation writes, ready to run. */
export type PreparedCreation = Write[];

/**
 * In a name or slug this stands for what differs from one creation to the next. Its
 * length is that of what replaces it, so that the rows stay as long as they were.
 */
export const nameToken = "bench0000000";

/** What stands in the place of the token in one creation: as long, and never twice. */
export function nameOfTurn(turn: number): string {
  const letters = 5;
  return nameToken.slice(0, letters) + turn.toString(36).padStart(nameToken.length - letters, "0");
}

/**
 * What was there before the captured work, such as its user and its tenant, by id, and
 * what stands for it in the database that is written to.
 */
export type Namesakes = ReadonlyMap<string, string>;

/** A time-ordered id: its letters say nothing to us but that it is one, and new. */
const idPattern = /\b([a-z]+)_[0-9a-hjkmnp-tv-z]{26}\b/g;

/**
 * Prepares raw statements that write the captured rows again and again, each time with
 * new ids and a new name. The values are made beforehand: what is measured is SQLite alone.
 */
export function makeCreations(
  database: DatabaseSync,
  written: Written,
  namesakesOf: (turn: number) => Namesakes,
  random: () => number,
): (count: number) => PreparedCreation[] {
  const order = listTables(database);
  const rank = (row: WrittenRow) => order.indexOf(row.table);
  const inserts = [...written.inserted].sort((a, b) => rank(a) - rank(b));
  const templates = [
    ...inserts.map((row) => makeInsert(database, row)),
    ...written.updated.map((row) => makeUpdate(database, row)),
  ];
  let turn = 0;
  return (count) =>
    Array.from({ length: count }, () => {
      turn += 1;
      const renew = makeRenewal(turn, namesakesOf(turn), random);
      return templates.map(({ statement, values }) => ({ statement, values: values.map(renew) }));
    });
}

export function runCreation(creation: PreparedCreation): void {
  for (const { statement, values } of creation) statement.run(...values);
}

function makeInsert(database: DatabaseSync, { table, row }: WrittenRow): Write {
  const columns = listColumns(database, table).filter(({ isRowid }) => !isRowid);
  const names = columns.map(({ name }) => `"${name}"`).join(", ");
  const places = columns.map(() => "?").join(", ");
  return {
    statement: database.prepare(`INSERT INTO "${table}" (${names}) VALUES (${places})`),
    values: pickValues(row, columns),
  };
}

function makeUpdate(database: DatabaseSync, { table, row }: WrittenRow): Write {
  const columns = listColumns(database, table);
  const keys = columns.filter(({ isKey }) => isKey);
  const others = columns.filter(({ isKey }) => !isKey);
  const set = others.map(({ name }) => `"${name}" = ?`).join(", ");
  const where = keys.map(({ name }) => `"${name}" = ?`).join(" AND ");
  return {
    statement: database.prepare(`UPDATE "${table}" SET ${set} WHERE ${where}`),
    values: pickValues(row, [...others, ...keys]),
  };
}

function pickValues(row: WrittenRow["row"], columns: Column[]): SQLInputValue[] {
  return columns.map(({ name }) => row[name] ?? null);
}

/** The same old id becomes the same new one in every row of a creation. */
function makeRenewal(turn: number, namesakes: Namesakes, random: () => number) {
  const renewed = new Map(namesakes);
  const nowMs = Date.now();
  const name = nameOfTurn(turn);
  const renewId = (id: string, prefix: string): string => {
    const known = renewed.get(id) ?? makeTimeOrderedId(prefix, nowMs, random);
    renewed.set(id, known);
    return known;
  };
  return (value: SQLInputValue): SQLInputValue => {
    if (typeof value !== "string") return value;
    return value.replaceAll(idPattern, renewId).replaceAll(nameToken, name);
  };
}
