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

/** A directory that has been read. */
export interface LoadedDirectory {
  readonly journal: Journal;
  /** What is to be done about the two source files. */
  readonly sources: SourceState;
  /** How large the tables' files are together. */
  readonly savedBytes: number;
}

/**
 * Reads everything anew: the tables' files, then the journal. The caller holds the lock.
 *
 * @throws {DomainError} `storage_damaged`, `storage_newer`; nothing is written then, and what memory held is gone.
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

/** A directory that is new, that the Python module made, or that came from version control, which keeps no journal. */
async function makeJournal(memory: Memory, layout: DirectoryLayout): Promise<Journal> {
  await saveEverything(memory, layout, { id: null, commit: 0, shown: null });
  const journal = openJournal(layout.journal);
  if (journal === undefined) throw damaged(layout.journal, [{ place: "", detail: "is not there" }]);
  return journal;
}

/**
 * Does what the journal says, as far as it is certain that the source files show it.
 *
 * @returns the commits that are left.
 */
function replayShown(memory: Memory, layout: DirectoryLayout, journal: Journal): CommitLines[] {
  let rest: CommitLines[] = [];
  journal.readToEnd((lines) => {
    // The journal has got as far as the commit before these lines.
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

/** Does the rest of the journal, and compares the source files with the moments on both sides of it. */
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
