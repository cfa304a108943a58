import type { DirectoryLayout } from "./directory-layout.ts";
import type { DirtyRow } from "./dirty-rows.ts";
import { discard } from "./durable-files.ts";
import { type FileRow, toFileRow } from "./file-rows.ts";
import type { FileStamps } from "./file-stamps.ts";
import type { CommitLines, Journal } from "./journal.ts";
import type { JournalCommit } from "./journal-lines.ts";
import { type Memory, noteRows } from "./memory.ts";
import { prepareSources, replaceSources } from "./replace-sources.ts";
import type { Key } from "./tables.ts";

/** So many rows that a line stays far below the longest text there can be. */
const rowsPerLine = 2000;

/**
 * Up to so many records a write is acknowledged when the source files show it: that takes milliseconds. Writing larger files for each
 * commit would take most of the time, so there it is acknowledged when the journal has it, and the files follow.
 */
const mostShownAtOnce = 10_000;

/**
 * Brings the open transaction to the disk: the source files are written beside their places, the journal is written (with that it has
 * happened), the source files take their places. Only then is memory committed and anybody told. Where somebody else has edited the
 * source files meanwhile they stay as they are, and behind: whoever looks next takes the edit in and shows both.
 *
 * @param known The source files as they were when they were compared with memory.
 * @param arrange Called when the view shows the transaction, before it is written.
 * @throws where something failed; memory must then be read anew, since it is not certain what the files hold.
 */
export async function commitToDirectory(
  memory: Memory,
  journal: Journal,
  layout: DirectoryLayout,
  known: FileStamps | null,
  arrange: () => void = () => {},
): Promise<void> {
  const touched = memory.dirty.take();
  if (touched.length > 0) {
    const lines = describe(memory, journal.commit + 1, touched);
    noteRows(memory, touched);
    arrange();
    if (memory.view.count() > mostShownAtOnce) await journal.append(lines);
    else await writeAndShow(memory, journal, layout, known, lines);
  }
  memory.db.exec("COMMIT");
}

async function writeAndShow(
  memory: Memory,
  journal: Journal,
  layout: DirectoryLayout,
  known: FileStamps | null,
  lines: CommitLines,
): Promise<void> {
  const prepared = await prepareSources(memory.view, layout);
  const isAlike = prepared.length === 0 && journal.isShown;
  try {
    await journal.append(isAlike ? alike(lines) : lines);
  } catch (error) {
    await discard(prepared);
    throw error;
  }
  if (isAlike) return;
  const shown = await replaceSources(layout, prepared, known);
  if (shown !== undefined) journal.noteShown(shown);
}

/**
 * Brings the source files up to the last commit, unless somebody else has edited them since they were as is known. The caller holds the
 * lock.
 *
 * @returns whether they show it.
 */
export async function showSourceFiles(
  memory: Memory,
  journal: Journal,
  layout: DirectoryLayout,
  known: FileStamps | null,
): Promise<boolean> {
  const prepared = await prepareSources(memory.view, layout);
  const shown = await replaceSources(layout, prepared, known);
  if (shown !== undefined) journal.noteShown(shown);
  return shown !== undefined;
}

function alike(lines: CommitLines): CommitLines {
  return lines.map((line) => ({ ...line, alike: true }) as const);
}

function describe(memory: Memory, commit: number, touched: readonly DirtyRow[]): CommitLines {
  const lines: JournalCommit[] = [];
  for (let start = 0; start < touched.length; start += rowsPerLine) {
    const isLast = start + rowsPerLine >= touched.length;
    const rows = describeRows(memory, touched.slice(start, start + rowsPerLine));
    lines.push({ commit, ...(isLast ? {} : { more: true as const }), ...rows });
  }
  return lines;
}

function describeRows(memory: Memory, touched: readonly DirtyRow[]) {
  const put: Record<string, FileRow[]> = {};
  const remove: Record<string, Key[]> = {};
  for (const { table, key } of touched) {
    const row = memory.tables.get(table)?.find(key);
    if (row === undefined) listOf(remove, table).push(key);
    else listOf(put, table).push(toFileRow(row));
  }
  return { put, remove };
}

function listOf<T>(lists: Record<string, T[]>, table: string): T[] {
  const list = lists[table] ?? [];
  lists[table] = list;
  return list;
}
