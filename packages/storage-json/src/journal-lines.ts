import { hash } from "node:crypto";
import type { EventFileEnd } from "./event-file.ts";
import type { FileRow } from "./file-rows.ts";
import type { FileStamps } from "./file-stamps.ts";
import type { Key } from "./tables.ts";

/** The first line of a journal file. */
export interface JournalHeader {
  readonly journal: 1;
  readonly id: string;
  /** The id of the journal before this one. All its commits are in the tables' files. */
  readonly follows: string | null;
  /** The last commit in the tables' files. */
  readonly commit: number;
  /** The source files that show that commit; null if they were not written yet. */
  readonly shown: FileStamps | null;
  /** How much of the events' file is valid. */
  readonly events: EventFileEnd;
}

/** The changes of a commit: rows in their new state, and keys of removed rows. */
export interface JournalCommit {
  readonly commit: number;
  /** Present if the commit changes nothing that the source files show. */
  readonly alike?: true;
  /** Present if more lines of the commit follow. The commit counts only with its last line. */
  readonly more?: true;
  readonly put: Readonly<Record<string, readonly FileRow[]>>;
  readonly remove: Readonly<Record<string, readonly Key[]>>;
}

/** States that the source files show all commits before this line. */
export interface JournalShown {
  readonly shown: FileStamps;
}

export type JournalEntry = JournalHeader | JournalCommit | JournalShown;

/**
 * Each line has a checksum of its text and the previous checksum. That detects half a line, a line of another journal and an
 * inserted line.
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

/** Undefined if the line's checksum does not follow from the previous one. */
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
