import type { DatabaseSync } from "node:sqlite";
import type { Change } from "@tenantry/core";
import { lastPosition, readChanges } from "@tenantry/storage-sql";
import { toStorageError } from "./sqlite-error.ts";
import type { SqliteSession } from "./sqlite-session.ts";

/**
 * How old a look may be. It takes and frees a lock of the file, which costs as much as the check that it stands before. The bound is
 * a time and not a turn of the event loop: a server that is not busy has a turn for every request, and to be told of the end of a turn
 * costs as much again; a long run of promises, on the other hand, is one turn.
 */
const oldestLookMs = 1;

/** Sees what other processes commit to the file, and tells of it. */
export interface ForeignCommits {
  /** Looks, unless the last look is younger than a millisecond or a fresh one is demanded. */
  catchUp(fresh: boolean): void;
  /** Looks now. */
  look(): void;
  /** Looks now, unless nobody else can have committed; false where the file is in use so that it cannot. */
  lookNow(): boolean;
  /** Our own events are known: called in the transaction that wrote them. */
  skipOwn(): void;
  /** How many looks found something. */
  count(): number;
}

/**
 * SQLite's `data_version`, read on the writer's handle, changes with every commit but that handle's own. Where it did, the events
 * after the last known position are what happened. Our own positions are skipped only with the writer lock held and after a look:
 * so that no commit of others between two of ours is ever skipped with them.
 */
export function watchForeignCommits(
  db: DatabaseSync,
  session: SqliteSession,
  path: string,
  tell: (changes: readonly Change[] | "everything") => void,
): ForeignCommits {
  const readVersion = db.prepare("PRAGMA data_version");
  let version = dataVersion();
  let position = lastPosition(session) as number;
  let found = 0;
  let lookedAt = Number.NEGATIVE_INFINITY;

  function dataVersion(): number {
    return (readVersion.get() as { data_version: number }).data_version;
  }

  function look(): void {
    try {
      const now = dataVersion();
      if (now === version) return;
      version = now;
      found += 1;
      deliver();
    } catch (error) {
      throw toStorageError(error, path);
    }
  }

  function deliver(): void {
    let read: Exclude<ReturnType<typeof readChanges>, Promise<unknown>>;
    try {
      read = readChanges(session, position) as typeof read;
    } catch (error) {
      tell("everything");
      throw error;
    }
    position = read.position;
    if (read.changes.length > 0) tell(read.changes);
  }

  function catchUp(fresh: boolean): void {
    const now = performance.now();
    if (!fresh && now - lookedAt < oldestLookMs) return;
    // With the lock held nobody else commits, and the look at its beginning saw everything before.
    if (db.isTransaction) return;
    lookedAt = now;
    look();
  }

  return {
    look,
    catchUp,
    lookNow() {
      try {
        catchUp(true);
        return true;
      } catch {
        // Whoever asked reads instead, and that waits or says what is wrong.
        return false;
      }
    },
    skipOwn() {
      position = lastPosition(session) as number;
    },
    count: () => found,
  };
}
