import type { DatabaseSync, SQLInputValue, StatementSync } from "node:sqlite";
import { makeTimeOrderedId } from "../dataset/ids.ts";
import {
  type Column,
  listColumns,
  listTables,
  type Written,
  type WrittenRow,
} from "./written-rows.ts";

/** The values for one statement of a creation. */
type Write = { statement: StatementSync; values: SQLInputValue[] };
/** Everything that one creation writes, ready to run. */
export type PreparedCreation = Write[];

/**
 * The placeholder in a name or slug for the part that differs between creations. It has the
 * length of its replacement, so that rows keep their length.
 */
export const nameToken = "bench0000000";

/** The replacement of the placeholder in one creation: of the same length, and never repeated. */
export function nameOfTurn(turn: number): string {
  const letters = 5;
  return nameToken.slice(0, letters) + turn.toString(36).padStart(nameToken.length - letters, "0");
}

/**
 * Maps the ids of records that existed before the captured work, such as its user and tenant, to
 * their equivalents in the database that is written.
 */
export type Namesakes = ReadonlyMap<string, string>;

/** Matches a time-ordered id, which is replaced by a new one. */
const idPattern = /\b([a-z]+)_[0-9a-hjkmnp-tv-z]{26}\b/g;

/**
 * Prepares raw statements that write the captured rows repeatedly, each time with new ids and a new
 * name. The values are prepared beforehand, so that only SQLite is measured.
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

/** Replaces an old id with the same new one in every row of a creation. */
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
