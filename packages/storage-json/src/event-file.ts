import { closeSync, existsSync, openSync, readSync, statSync } from "node:fs";
import { open } from "node:fs/promises";
import { damaged } from "./directory-error.ts";
import { onlyOwnerFile } from "./directory-layout.ts";
import { type PreparedFile, prepareFile, putInPlace, writeWhole } from "./durable-files.ts";
import { fromFileRow, toFileRow } from "./file-rows.ts";
import type { Row, TableRows } from "./tables.ts";

/** How much of the events' file is valid. Whatever is appended after it counts once the next journal says so. */
export interface EventFileEnd {
  readonly bytes: number;
  /** The position of its last event. */
  readonly position: number;
}

const chunkBytes = 4 * 1024 * 1024;

/**
 * Fills the events table from its file, which has one event per line.
 *
 * @param end How many bytes are valid; undefined for all.
 * @throws {DomainError} `storage_damaged`, naming the line.
 */
export function readEventFile(
  path: string,
  rows: TableRows,
  end: number | undefined,
): EventFileEnd {
  const size = existsSync(path) ? statSync(path).size : 0;
  const bytes = end ?? size;
  if (size < bytes) {
    throw damaged(path, [{ place: "", detail: `has ${size} bytes where ${bytes} were written` }]);
  }
  let position = 0;
  let line = 0;
  for (const text of readLines(path, bytes)) {
    line += 1;
    const row = readEvent(path, rows, text, line);
    rows.insert(row);
    position = Number(row.position);
  }
  return { bytes, position };
}

function readEvent(path: string, rows: TableRows, text: string, line: number): Row {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    value = undefined;
  }
  const row = fromFileRow(rows.table, value);
  if (typeof row !== "string") return row;
  throw damaged(path, [{ place: `line ${line}`, detail: "is no event" }]);
}

function* readLines(path: string, bytes: number): Iterable<string> {
  if (bytes === 0) return;
  const file = openSync(path, "r");
  try {
    let rest = Buffer.alloc(0);
    for (let position = 0; position < bytes; ) {
      const chunk = Buffer.allocUnsafe(Math.min(chunkBytes, bytes - position));
      position += readSync(file, chunk, 0, chunk.length, position);
      const content = Buffer.concat([rest, chunk]);
      let start = 0;
      for (let end = content.indexOf(10); end >= 0; end = content.indexOf(10, start)) {
        yield content.toString("utf8", start, end);
        start = end + 1;
      }
      rest = content.subarray(start);
    }
    if (rest.length > 0) yield rest.toString("utf8");
  } finally {
    closeSync(file);
  }
}

/** Appends events at the valid end of the file and syncs them to the disk. Anything after that end is overwritten. */
export async function appendEvents(
  path: string,
  end: EventFileEnd,
  events: Iterable<Row>,
): Promise<EventFileEnd> {
  const file = await open(path, existsSync(path) ? "r+" : "w", onlyOwnerFile);
  let { bytes, position } = end;
  try {
    await file.truncate(bytes);
    for (const chunk of eventChunks(events, (last) => (position = last))) {
      await writeWhole(file, chunk, bytes);
      bytes += chunk.length;
    }
    await file.sync();
  } finally {
    await file.close();
  }
  return { bytes, position };
}

/** Rewrites the file, because an event in it has changed: a person's data was erased. */
export async function rewriteEvents(path: string, events: Iterable<Row>): Promise<EventFileEnd> {
  const { file, end } = await prepareEvents(path, events);
  await putInPlace([file]);
  return end;
}

/** Writes the whole file to a temporary place. */
export async function prepareEvents(
  path: string,
  events: Iterable<Row>,
): Promise<{ readonly file: PreparedFile; readonly end: EventFileEnd }> {
  let bytes = 0;
  let position = 0;
  function* counted(): Iterable<Buffer> {
    for (const chunk of eventChunks(events, (last) => (position = last))) {
      bytes += chunk.length;
      yield chunk;
    }
  }
  const file = await prepareFile(path, counted());
  return { file, end: { bytes, position } };
}

function* eventChunks(
  events: Iterable<Row>,
  reached: (position: number) => void,
): Iterable<Buffer> {
  let text = "";
  for (const event of events) {
    text += `${JSON.stringify(toFileRow(event))}\n`;
    reached(Number(event.position));
    if (text.length < chunkBytes) continue;
    yield Buffer.from(text);
    text = "";
  }
  if (text !== "") yield Buffer.from(text);
}
