import type { DatabaseSync } from "node:sqlite";
import type { Change } from "@tenantry/core";
import { lastPosition, readChanges } from "@tenantry/storage-sql";
import { toStorageError } from "./sqlite-error.ts";
import type { SqliteSession } from "./sqlite-session.ts";

/**
 * How old a look may be. A look takes and releases a lock of the file, which costs as much as the check that it
 * precedes. The limit is a time and not a turn of the event loop: a server that is not busy has one turn per request,
 * and detecting its end costs as much again; while a long chain of promises is a single turn.
 */
const oldestLookMs = 1;

/** Detects commits that other processes make to the file, and reports them. */
export interface ForeignCommits {
  /** Looks, unless the last look was less than a millisecond ago and `fresh` is false. */
  catchUp(fresh: boolean): void;
  /** Looks now. */
  look(): void;
  /** Looks now, unless nobody else can have committed. False where the file is in use so that it cannot look. */
  lookNow(): boolean;
  /** Marks our own events as known. Called in the transaction that wrote them. */
  skipOwn(): void;
  /** Tells other processes that events were removed. Called in the transaction that removed them. */
  tellRemoval(): void;
  /** The commit failed after `skipOwn`: others may get the skipped positions. */
  takeBack(): void;
  /** How many looks found a commit. */
  count(): number;
}

/**
 * SQLite's `data_version`, read on the writer's handle, changes with every commit except that handle's own. If it
 * changed, the events after the last known position are read. Our own positions are skipped only while the writer
 * lock is held and after a look, so that no foreign commit between two of ours is skipped too.
 */
export function watchForeignCommits(
  db: DatabaseSync,
  session: SqliteSession,
  path: string,
  tell: (changes: readonly Change[] | "everything") => void,
): ForeignCommits {
  const dataVersion = readerOf(db, "data_version");
  let version = dataVersion();
  const { read, ...own } = createKnownEvents(db, session);
  let found = 0;
  let lookedAt = Number.NEGATIVE_INFINITY;

  function look(): void {
    lookedAt = performance.now();
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
    let changes: ReturnType<typeof read>;
    try {
      changes = read();
    } catch (error) {
      tell("everything");
      throw error;
    }
    if (changes.length > 0) tell(changes);
  }

  function catchUp(fresh: boolean): void {
    if (!fresh && performance.now() - lookedAt < oldestLookMs) return;
    // Nobody else can commit while we hold the lock, and the look at its beginning saw everything before.
    if (db.isTransaction) return;
    look();
  }

  return {
    ...own,
    look,
    catchUp,
    lookNow() {
      try {
        catchUp(true);
        return true;
      } catch {
        // The caller then reads from the file, which waits or reports the problem.
        return false;
      }
    },
    count: () => found,
  };
}

/** Which events of the file are known. */
interface KnownEvents extends Pick<ForeignCommits, "skipOwn" | "tellRemoval" | "takeBack"> {
  /** Reads the unknown events, which are known from then on. */
  read(): readonly Change[] | "everything";
}

type ReadChanges = Exclude<ReturnType<typeof readChanges>, Promise<unknown>>;

/** `user_version` is a signed 32-bit number. */
const mostRemovals = 2 ** 31;

/**
 * A tenant that leaves the file takes its events with it, perhaps before other processes have read them, and SQLite
 * reuses their positions. So a process that removes events raises the file's `user_version`; where that has risen, it
 * is unknown what happened and everything is forgotten.
 */
function createKnownEvents(db: DatabaseSync, session: SqliteSession): KnownEvents {
  const countRemovals = readerOf(db, "user_version");
  let removals = countRemovals();
  let position = lastPosition(session) as number;
  let beforeOwn = position;

  function skipOwn(): void {
    beforeOwn = position;
    position = lastPosition(session) as number;
  }

  return {
    read() {
      const removed = countRemovals();
      if (removed !== removals) {
        position = lastPosition(session) as number;
        removals = removed;
        return "everything";
      }
      const { changes, position: last } = readChanges(session, position) as ReadChanges;
      position = last;
      return changes;
    },
    skipOwn,
    tellRemoval() {
      skipOwn();
      removals = (countRemovals() + 1) % mostRemovals;
      db.exec(`PRAGMA user_version = ${removals}`);
    },
    takeBack() {
      position = beforeOwn;
    },
  };
}

function readerOf(db: DatabaseSync, name: "data_version" | "user_version"): () => number {
  const statement = db.prepare(`PRAGMA ${name}`);
  return () => (statement.get() as Record<typeof name, number>)[name];
}
