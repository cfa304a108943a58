import type { SqlValue } from "@tenantry/storage-sql";
import type { Row, Table } from "./tables.ts";

/** A row as it is in a file: JSON columns are JSON and not strings that contain JSON, so that people can read them. */
export type FileRow = Record<string, unknown>;

const jsonColumns: ReadonlySet<string> = new Set([
  "billing_address",
  "client_metadata",
  "data",
  "entitlements",
  "metadata",
  "permissions",
  "personal",
  "private_jwk",
  "private_metadata",
  "public_jwk",
  "result",
  "roles",
]);

export function toFileRow(row: Row): FileRow {
  const shown: FileRow = {};
  for (const column in row) {
    const value = row[column];
    shown[column] = typeof value === "string" && jsonColumns.has(column) ? unfold(value) : value;
  }
  return shown;
}

/**
 * The text as JSON, if serializing it gives exactly the same text again, because events are verified by their text. A text
 * that is not an object or array stays a string, so that the two can be told apart.
 */
function unfold(text: string): unknown {
  if (text[0] !== "{" && text[0] !== "[") return text;
  try {
    const value: unknown = JSON.parse(text);
    return JSON.stringify(value) === text ? value : text;
  } catch {
    return text;
  }
}

/** @returns the row, or text that says why the value is not one. */
export function fromFileRow(table: Table, value: unknown): Row | string {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return "is no object";
  const row: Row = {};
  for (const [column, content] of Object.entries(value)) {
    if (!table.columns.includes(column)) return `has the unknown field ${column}`;
    row[column] =
      typeof content === "object" && content !== null
        ? JSON.stringify(content)
        : (content as SqlValue);
  }
  return row;
}
