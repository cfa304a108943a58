import type { DatabaseSync, StatementSync } from "node:sqlite";
import type { SqlValue } from "@tenantry/storage-sql";

/** One statement that wrote, with what it was given. */
interface Write {
  readonly statement: StatementSync;
  readonly values: readonly SqlValue[];
}

/** Takes what one body of a batch wrote back, and leaves what the others wrote. */
export interface Savepoint {
  /** A new transaction: whatever was there is over. */
  reset(): void;
  begin(): void;
  keep(): void;
  undo(): void;
}

/** A savepoint for each body. */
export function createSavepoint(db: DatabaseSync): Savepoint {
  const begin = db.prepare("SAVEPOINT body");
  const release = db.prepare("RELEASE body");
  const rollback = db.prepare("ROLLBACK TO body");
  return {
    reset() {},
    begin: () => begin.run(),
    keep: () => release.run(),
    undo() {
      rollback.run();
      release.run();
    },
  };
}

/** A savepoint that bodies share, with the list of what they wrote. */
export interface SharedSavepoint extends Savepoint {
  /** Called for every statement that has written, in order. */
  record(statement: StatementSync, values: readonly SqlValue[]): void;
}

/** Beyond so many writes a new savepoint is opened, so that neither the list nor what it may have to do again grows long. */
const mostWrites = 1000;

/**
 * A savepoint makes SQLite keep a copy of each page before it is changed: one for each body would cost a batch a fifth of its time. So
 * several bodies share one, and what they write is listed. Where a body fails, the savepoint takes all of them back and the
 * list does those again that had succeeded. That gives the very same rows: the lock was held all along, and a body has
 * only seen what came before it. Nothing is done again twice, and a body that failed before it wrote costs nothing.
 */
export function createSharedSavepoint(db: DatabaseSync): SharedSavepoint {
  const open = db.prepare("SAVEPOINT body");
  const release = db.prepare("RELEASE body");
  const rollback = db.prepare("ROLLBACK TO body");
  let writes: Write[] = [];
  let isOpen = false;
  let isRecording = false;
  let writesBefore = 0;

  function close(): void {
    release.run();
    isOpen = false;
    writes = [];
  }

  return {
    record(statement, values) {
      if (isRecording) writes.push({ statement, values });
    },
    reset() {
      isOpen = false;
      isRecording = false;
      writes = [];
    },
    begin() {
      if (!isOpen) open.run();
      isOpen = true;
      isRecording = true;
      writesBefore = writes.length;
    },
    keep() {
      isRecording = false;
      if (writes.length > mostWrites) close();
    },
    undo() {
      isRecording = false;
      if (writes.length === writesBefore) return;
      const kept = writes.slice(0, writesBefore);
      rollback.run();
      close();
      for (const { statement, values } of kept) statement.run(...values);
    },
  };
}
