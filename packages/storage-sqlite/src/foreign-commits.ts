import type { DatabaseSync } from "node:sqlite";
import type { Change } from "@tenantry/core";
import { lastPosition, readChanges } from "@tenantry/storage-sql";
import { toStorageError } from "./sqlite-error.ts";
import type { SqliteSession } from "./sqlite-session.ts";

/** How old a look may be within one turn of the event loop: a long run of promises is one turn, too. */
const oldestLookMs = 2;

/** Sees what other processes commit to the file, and tells of it. */
export interface ForeignCommits {
  /** Looks, unless this turn of the event loop has looked already. */
  catchUp(fresh: boolean): void;
  /** Looks now. */
  look(): void;
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
  let hasLookedThisTurn = false;

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

  function beginTurn(): void {
    hasLookedThisTurn = true;
    setImmediate(() => {
      hasLookedThisTurn = false;
    });
  }

  return {
    look,
    catchUp(fresh) {
      // With the lock held nobody else commits, and the look at its beginning saw everything before.
      if (db.isTransaction) return;
      const now = performance.now();
      if (!fresh && hasLookedThisTurn && now - lookedAt < oldestLookMs) return;
      if (!hasLookedThisTurn) beginTurn();
      lookedAt = now;
      look();
    },
    skipOwn() {
      position = lastPosition(session) as number;
    },
    count: () => found,
  };
}
