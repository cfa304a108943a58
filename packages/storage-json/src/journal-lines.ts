import { hash } from "node:crypto";
import type { EventFileEnd } from "./event-file.ts";
import type { FileRow } from "./file-rows.ts";
import type { FileStamps } from "./file-stamps.ts";
import type { Key } from "./tables.ts";

/** The first line of a journal file. */
export interface JournalHeader {
  readonly journal: 1;
  readonly id: string;
  /** The journal whose every commit is in the tables' files, so that this one could begin. */
  readonly follows: string | null;
  /** The last commit in the tables' files. */
  readonly commit: number;
  /** The source files as they show that commit; null where they were not written yet. */
  readonly shown: FileStamps | null;
  /** How much of the events' file counts. */
  readonly events: EventFileEnd;
}

/** What a commit changed: rows as they are after it, and keys of rows that are gone. */
export interface JournalCommit {
  readonly commit: number;
  /** There where the source files show the same as before: nothing that they say has changed. */
  readonly alike?: true;
  /** There where more lines of the same commit follow: it counts when the last one is there. */
  readonly more?: true;
  readonly put: Readonly<Record<string, readonly FileRow[]>>;
  readonly remove: Readonly<Record<string, readonly Key[]>>;
}

/** Says that the source files show everything before it. */
export interface JournalShown {
  readonly shown: FileStamps;
}

export type JournalEntry = JournalHeader | JournalCommit | JournalShown;

/**
 * Each line says a sum over its text and the sum before, so that half a line, a line of another journal and a line put in between
 * are all seen.
 */
const sumLength = 16;
const beforeSum = '{"sum":"';
const afterSum = '","entry":';
const textStart = beforeSum.length + sumLength + afterSum.length;

export const firstSum = "0".repeat(sumLength);

export interface JournalLine {
  readonly line: Buffer;
  readonly sum: string;
}

export function writeLine(entry: JournalEntry, previousSum: string): JournalLine {
  const text = JSON.stringify(entry);
  const sum = sumOf(text, previousSum);
  return { line: Buffer.from(`${beforeSum}${sum}${afterSum}${text}}\n`), sum };
}

/** Undefined where the line does not follow the sum. */
export function readLine(
  line: string,
  previousSum: string,
): { entry: JournalEntry; sum: string } | undefined {
  const text = line.slice(textStart, -1);
  const sum = line.slice(beforeSum.length, beforeSum.length + sumLength);
  if (!line.endsWith("}") || sum !== sumOf(text, previousSum)) return undefined;
  return { entry: JSON.parse(text) as JournalEntry, sum };
}

function sumOf(text: string, previousSum: string): string {
  return hash("sha256", previousSum + text, "hex").slice(0, sumLength);
}
