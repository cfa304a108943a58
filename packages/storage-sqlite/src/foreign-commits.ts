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
  /** Lets the others know that events are gone: called in the transaction that removed them. */
  tellRemoval(): void;
  /** The commit that was to follow failed: others will have the positions that were skipped. */
  takeBack(): void;
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
  const dataVersion = readerOf(db, "data_version");
  let version = dataVersion();
  const { read, ...own } = createKnownEvents(db, session);
  let found = 0;
  let lookedAt = Number.NEGATIVE_INFINITY;

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
    const now = performance.now();
    if (!fresh && now - lookedAt < oldestLookMs) return;
    // With the lock held nobody else commits, and the look at its beginning saw everything before.
    if (db.isTransaction) return;
    lookedAt = now;
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
        // Whoever asked reads instead, and that waits or says what is wrong.
        return false;
      }
    },
    count: () => found,
  };
}

/** Which events of the file are known. */
interface KnownEvents extends Pick<ForeignCommits, "skipOwn" | "tellRemoval" | "takeBack"> {
  /** Those that are not, which are known then. */
  read(): readonly Change[] | "everything";
}

type ReadChanges = Exclude<ReturnType<typeof readChanges>, Promise<unknown>>;

/** `user_version` is a signed number of 32 bits. */
const mostRemovals = 2 ** 31;

/**
 * Events that are removed, since their tenant lives elsewhere, may be such as others have not read, and SQLite gives their positions anew. So
 * whoever removes some raises the file's `user_version`; where it has risen nobody knows what came and went, and everything is forgotten.
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
