import { existsSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { damaged } from "./directory-error.ts";
import type { DirectoryLayout } from "./directory-layout.ts";
import { type PreparedFile, prepareFile } from "./durable-files.ts";
import { fromFileRow, toFileRow } from "./file-rows.ts";
import type { TableRows } from "./tables.ts";

/** The tables with secrets, which would give access to anybody who has the file. */
const secretTables: ReadonlySet<string> = new Set([
  "idempotency_keys",
  "operator_keys",
  "refresh_tokens",
  "security_log",
  "sessions",
  "signing_keys",
  "user_passwords",
]);

/** The file of a table. */
export function tableFile(layout: DirectoryLayout, table: string): string {
  const directory = secretTables.has(table) ? layout.secrets : layout.tables;
  return join(directory, `${table}.json`);
}

/**
 * Fills a table from its file.
 *
 * @returns the file's size.
 * @throws {DomainError} `storage_damaged`, naming the line.
 */
export function readTableFile(layout: DirectoryLayout, rows: TableRows): number {
  const path = tableFile(layout, rows.table.name);
  if (!existsSync(path)) return 0;
  const text = readFileSync(path, "utf8");
  for (const [index, value] of parseRows(path, text).entries()) {
    const row = fromFileRow(rows.table, value);
    const place = `row ${index + 1}`;
    if (typeof row === "string") throw damaged(path, [{ place, detail: row }]);
    try {
      rows.insert(row);
    } catch (error) {
      const detail = `cannot be taken in (${error instanceof Error ? error.message : error})`;
      throw damaged(path, [{ place, detail }]);
    }
  }
  return text.length;
}

function parseRows(path: string, text: string): readonly unknown[] {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    const detail = `is not JSON (${error instanceof Error ? error.message : error})`;
    throw damaged(path, [{ place: "", detail }]);
  }
  if (Array.isArray(value)) return value;
  throw damaged(path, [{ place: "", detail: "is no JSON array" }]);
}

/** The size of all tables' files in bytes. */
export function tableBytes(layout: DirectoryLayout, tables: Iterable<string>): number {
  let bytes = 0;
  for (const table of tables) {
    bytes += statSync(tableFile(layout, table), { throwIfNoEntry: false })?.size ?? 0;
  }
  return bytes;
}

/** Writes a table to a temporary file: an array with one line per row, in the order of keys, so that versions can be compared. */
export async function prepareTableFile(
  layout: DirectoryLayout,
  rows: TableRows,
): Promise<PreparedFile> {
  return await prepareFile(tableFile(layout, rows.table.name), chunksOf(rows));
}

const chunkLength = 1024 * 1024;

function* chunksOf(rows: TableRows): Iterable<Buffer> {
  let text = "[";
  let between = "\n";
  for (const row of rows.all()) {
    text += between + JSON.stringify(toFileRow(row));
    between = ",\n";
    if (text.length < chunkLength) continue;
    yield Buffer.from(text);
    text = "";
  }
  yield Buffer.from(`${text}\n]\n`);
}
