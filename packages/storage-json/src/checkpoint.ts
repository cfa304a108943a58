import { randomUUID } from "node:crypto";
import type { DirectoryLayout } from "./directory-layout.ts";
import { discard, type PreparedFile, putInPlace } from "./durable-files.ts";
import { appendEvents, type EventFileEnd, rewriteEvents } from "./event-file.ts";
import type { FileStamps } from "./file-stamps.ts";
import { prepareFormat } from "./format-file.ts";
import { beginJournal } from "./journal.ts";
import type { Memory } from "./memory.ts";
import { prepareTableFile, tableBytes } from "./table-files.ts";

/**
 * Writes the state in memory to the tables' files, then begins a new journal. If the process ends in between, the old journal
 * is applied again to the new files, which does no harm: writing a row twice gives the same row.
 *
 * The caller holds the lock, and memory is at the last commit.
 *
 * @param before The journal that is replaced, if there is one.
 * @returns the size of all tables' files in bytes.
 */
export async function saveEverything(
  memory: Memory,
  layout: DirectoryLayout,
  before: {
    readonly id: string | null;
    readonly commit: number;
    readonly shown: FileStamps | null;
  },
): Promise<number> {
  const { unsaved } = memory;
  const events = await saveEvents(memory, layout);
  const prepared: PreparedFile[] = [];
  try {
    for (const name of unsaved.tables) {
      const rows = memory.tables.get(name);
      if (rows !== undefined && name !== "events") {
        prepared.push(await prepareTableFile(layout, rows));
      }
    }
    await putInPlace(prepared);
  } catch (error) {
    await discard(prepared);
    throw error;
  }
  await putInPlace([await prepareFormat(layout, { migrations: memory.migrations })]);
  await beginJournal(layout.journal, {
    journal: 1,
    id: randomUUID(),
    follows: before.id,
    commit: before.commit,
    shown: before.shown,
    events,
  });
  noteSaved(memory, events);
  return events.bytes + tableBytes(layout, memory.tables.keys());
}

/** Notes that the tables' files have everything that is in memory. */
export function noteSaved({ unsaved }: Memory, events: EventFileEnd): void {
  unsaved.tables.clear();
  unsaved.events = events;
  unsaved.hasOldEvents = false;
}

async function saveEvents(memory: Memory, layout: DirectoryLayout): Promise<EventFileEnd> {
  const rows = memory.tables.get("events");
  const { events, hasOldEvents } = memory.unsaved;
  if (rows === undefined) throw new Error("There is no table of events");
  if (hasOldEvents) return await rewriteEvents(layout.events, rows.all());
  return await appendEvents(layout.events, events, rows.after(events.position));
}
