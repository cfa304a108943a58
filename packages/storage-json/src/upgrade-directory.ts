import { randomUUID } from "node:crypto";
import { existsSync, rmSync } from "node:fs";
import { join, relative } from "node:path";
import { DomainError } from "@tenantry/core";
import { migrations, schemaState } from "@tenantry/storage-sql";
import { showSourceFiles } from "./commit.ts";
import type { DirectoryLayout } from "./directory-layout.ts";
import { discard, type PreparedFile, putInPlace, temporaryOf } from "./durable-files.ts";
import { prepareEvents } from "./event-file.ts";
import type { FileStamps } from "./file-stamps.ts";
import { type Format, prepareFormat, readFormat } from "./format-file.ts";
import { type Journal, prepareJournal } from "./journal.ts";
import { loadDirectory } from "./load-directory.ts";
import { createMemory, type Memory, migrateMemory } from "./memory.ts";
import type { SourceState } from "./source-files.ts";
import { prepareTableFile, tableFile } from "./table-files.ts";
import { createTableRows, readTables } from "./tables.ts";

/**
 * Upgrades files that an earlier version wrote, with the same migrations as a database: they are read into a database with
 * their schema, which is migrated and written out again. The caller holds the lock.
 *
 * The files are replaced together or not at all: new files are written beside the old ones, then the format file states the
 * replacement, and after a crash the next opening finishes it.
 *
 * @throws {DomainError} `storage_damaged`, `storage_newer`, `storage_unavailable`; then nothing was changed.
 */
export async function upgradeDirectory(layout: DirectoryLayout): Promise<void> {
  const format = readFormat(layout);
  if (format === undefined) return;
  await finishReplacing(layout, format);
  if (schemaState(format.migrations).pending.length === 0) return;
  const theirs = migrations.filter(({ name }) => format.migrations.includes(name));
  const memory = await createMemory(layout.directory, theirs);
  try {
    const { journal, sources } = await loadDirectory(memory, layout);
    try {
      const shown = await showAll(memory, journal, layout, sources);
      memory.dirty.turnOff();
      await migrateMemory(memory.db);
      await replaceFiles(memory, layout, journal.commit, shown);
    } finally {
      journal.close();
    }
  } finally {
    memory.close();
  }
}

/**
 * Makes sure that the source files show the last commit, because a new journal states that they do. Another program's edits
 * stay; the next opening imports them with this version's rules.
 */
async function showAll(
  memory: Memory,
  journal: Journal,
  layout: DirectoryLayout,
  sources: SourceState,
): Promise<FileStamps | null> {
  if (sources.kind === "current") return sources.stamps;
  if (sources.kind === "edited" && journal.isShown) return journal.shown;
  memory.view.changeAll();
  const isShown =
    sources.kind === "behind" && (await showSourceFiles(memory, journal, layout, sources.stamps));
  if (isShown) return journal.shown;
  throw new DomainError(
    "storage_unavailable",
    `${layout.directory} was written by an earlier Tenantry that ended in the middle of a write, and edited since. Open it once with that version, close it, and then with this one`,
  );
}

async function replaceFiles(
  { db, tables: earlier }: Memory,
  layout: DirectoryLayout,
  commit: number,
  shown: FileStamps | null,
): Promise<void> {
  const prepared: PreparedFile[] = [];
  const tables = readTables(db);
  try {
    for (const table of tables) {
      const rows = createTableRows(db, table);
      if (table.name !== "events") {
        prepared.push(await prepareTableFile(layout, rows));
        continue;
      }
      const { file, end } = await prepareEvents(layout.events, rows.all());
      const header = { journal: 1, id: randomUUID(), follows: null, commit, shown } as const;
      prepared.push(file, await prepareJournal(layout.journal, { ...header, events: end }));
    }
  } catch (error) {
    await discard(prepared);
    throw error;
  }
  const known = new Set(tables.map(({ name }) => name));
  const gone = [...earlier.keys()].filter((name) => !known.has(name));
  const own = (path: string) => relative(layout.own, path);
  const format: Format = {
    migrations: migrations.map(({ name }) => name),
    replacing: prepared.map(({ path }) => own(path)),
    removing: gone.map((name) => own(tableFile(layout, name))),
  };
  await putInPlace([await prepareFormat(layout, format)]);
  await finishReplacing(layout, format);
}

async function finishReplacing(
  layout: DirectoryLayout,
  { migrations: names, replacing = [], removing = [] }: Format,
): Promise<void> {
  if (replacing.length === 0) return;
  const files = replacing
    .map((name) => join(layout.own, name))
    .map((path) => ({ path, temporary: temporaryOf(path) }));
  await putInPlace(files.filter(({ temporary }) => existsSync(temporary)));
  for (const name of removing) rmSync(join(layout.own, name), { force: true });
  await putInPlace([await prepareFormat(layout, { migrations: names })]);
}
