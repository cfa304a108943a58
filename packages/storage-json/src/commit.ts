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

/** Few enough that a line stays far below the greatest length of a string. */
const rowsPerLine = 2000;

/**
 * Up to this many records a write is acknowledged after the source files were written, which takes milliseconds. With more
 * records that would take most of the time, so a write is acknowledged when it is in the journal, and the files follow later.
 */
const mostShownAtOnce = 10_000;

/**
 * Writes the open transaction to the disk in three steps: new source files beside the old ones, the journal (this is the
 * moment at which the transaction is committed), and the replacement of the source files. Only then is memory committed and
 * the change announced. If another program has edited the source files meanwhile, they are not replaced; the next caller
 * that synchronizes imports that edit and writes both.
 *
 * @param known The source files as they were when they were last compared with memory.
 * @param arrange Called after the view includes the transaction and before it is written.
 * @throws if a step failed. It is then uncertain what the files contain, so memory must be read again from them.
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
 * Writes the source files in the state of the last commit, unless another program has edited them since they were `known`.
 * The caller holds the lock.
 *
 * @returns whether they were written.
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
