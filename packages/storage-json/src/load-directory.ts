import { noteSaved, saveEverything } from "./checkpoint.ts";
import { damaged } from "./directory-error.ts";
import type { DirectoryLayout } from "./directory-layout.ts";
import { readEventFile } from "./event-file.ts";
import { readFormat } from "./format-file.ts";
import { type CommitLines, type Journal, openJournal } from "./journal.ts";
import { applyCommit, type Memory, withoutForeignKeys } from "./memory.ts";
import { compareSourceFiles, judgeSourceFiles, type SourceState } from "./source-files.ts";
import { readTableFile } from "./table-files.ts";
import type { TableRows } from "./tables.ts";

/** The result of reading a directory. */
export interface LoadedDirectory {
  readonly journal: Journal;
  /** How the two source files differ from memory. */
  readonly sources: SourceState;
  /** The size of all tables' files in bytes. */
  readonly savedBytes: number;
}

/**
 * Reads everything into memory: the tables' files, then the journal. The caller holds the lock.
 *
 * @throws {DomainError} `storage_damaged`, `storage_newer`; then no file is changed, and memory no longer holds valid data.
 */
export async function loadDirectory(
  memory: Memory,
  layout: DirectoryLayout,
): Promise<LoadedDirectory> {
  readFormat(layout);
  const before = openJournal(layout.journal);
  const savedBytes = readFiles(memory, layout, before);
  const journal = before ?? (await makeJournal(memory, layout));
  try {
    const rest = replayShown(memory, layout, journal);
    memory.view.rebuild();
    const sources = await replayRest(memory, layout, rest);
    assertWhole(memory, layout);
    return { journal, sources, savedBytes };
  } catch (error) {
    journal.close();
    throw error;
  }
}

function readFiles(memory: Memory, layout: DirectoryLayout, journal: Journal | undefined): number {
  memory.dirty.turnOff();
  let bytes = 0;
  try {
    withoutForeignKeys(memory.db, () => {
      for (const rows of memory.tables.values()) rows.clear();
      for (const rows of memory.tables.values()) {
        bytes += readTable(memory, layout, rows, journal);
      }
    });
  } finally {
    memory.dirty.turnOn();
  }
  return bytes;
}

function readTable(
  memory: Memory,
  layout: DirectoryLayout,
  rows: TableRows,
  journal: Journal | undefined,
): number {
  if (rows.table.name !== "events") return readTableFile(layout, rows);
  const end = readEventFile(layout.events, rows, journal?.header.events.bytes);
  noteSaved(memory, end);
  return end.bytes;
}

/** Begins a directory without a journal: it is new, was made by the Python module, or came from version control. */
async function makeJournal(memory: Memory, layout: DirectoryLayout): Promise<Journal> {
  await saveEverything(memory, layout, { id: null, commit: 0, shown: null });
  const journal = openJournal(layout.journal);
  if (journal === undefined) throw damaged(layout.journal, [{ place: "", detail: "is not there" }]);
  return journal;
}

/**
 * Applies the journal's commits that the source files are known to show.
 *
 * @returns the remaining commits.
 */
function replayShown(memory: Memory, layout: DirectoryLayout, journal: Journal): CommitLines[] {
  let rest: CommitLines[] = [];
  journal.readToEnd((lines) => {
    // The source files show everything up to the commit before these lines.
    if (journal.isShown) {
      for (const before of rest) applyCommit(memory, before, layout.journal);
      rest = [];
    }
    rest.push(lines);
  });
  if (!journal.isShown) return rest;
  for (const before of rest) applyCommit(memory, before, layout.journal);
  return [];
}

/** Applies the rest of the journal, and compares the source files with the states before and after it. */
async function replayRest(
  memory: Memory,
  layout: DirectoryLayout,
  rest: readonly CommitLines[],
): Promise<SourceState> {
  const shown = await compareSourceFiles(memory.view, layout);
  if (rest.length === 0) return judgeSourceFiles(shown);
  for (const lines of rest) applyCommit(memory, lines, layout.journal);
  return judgeSourceFiles(await compareSourceFiles(memory.view, layout), shown);
}

function assertWhole(memory: Memory, layout: DirectoryLayout): void {
  const broken = memory.db.prepare("PRAGMA foreign_key_check").get() as
    | { table: string; parent: string }
    | undefined;
  if (broken === undefined) return;
  const detail = `has a row that refers to a row of ${broken.parent} that is not there`;
  throw damaged(layout.tables, [{ place: `${broken.table}.json`, detail }]);
}
