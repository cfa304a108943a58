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
  /** False where it cannot be taken back alone: the whole transaction has to be, and its bodies run again. */
  undo(): boolean;
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
      return true;
    },
  };
}

/** A savepoint that is opened where one is likely to be needed, and that bodies share, with the list of what they wrote. */
export interface SharedSavepoint extends Savepoint {
  /** Called for every statement that has written, in order. */
  record(statement: StatementSync, values: readonly SqlValue[]): void;
}

/** Beyond so many writes a new savepoint is opened, so that neither the list nor what it may have to do again grows long. */
const mostWrites = 1000;
/**
 * So many transactions have a savepoint after one in which a body was taken back. Where bodies fail now and then, that bounds what is run
 * again to a small part of the work; where they fail often, nothing is.
 */
const guardedTransactions = 8;

/**
 * A savepoint makes SQLite keep a copy of each page before it is changed, which can cost a batch a third of its time. So there is none until
 * a body fails that has written: it cannot be taken back alone, and the batch is run again. That one and the next have a
 * savepoint, which bodies share; what they write is listed. Where a body fails, the savepoint takes all of them back and the
 * list does those again that had succeeded. That gives the very same rows: the lock was held all along, and a body has
 * only seen what came before it. Nothing is done again twice, and a body that failed before it wrote costs nothing.
 */
export function createSharedSavepoint(db: DatabaseSync): SharedSavepoint {
  const open = db.prepare("SAVEPOINT body");
  const release = db.prepare("RELEASE body");
  const rollback = db.prepare("ROLLBACK TO body");
  let writes: Write[] = [];
  let guarded = 0;
  let isGuarding = false;
  let isOpen = false;
  let isRecording = false;
  let hasWritten = false;
  let writesBefore = 0;

  function close(): void {
    release.run();
    isOpen = false;
    writes = [];
  }

  return {
    record(statement, values) {
      hasWritten = true;
      if (isRecording) writes.push({ statement, values });
    },
    reset() {
      isGuarding = guarded > 0;
      if (isGuarding) guarded -= 1;
      isOpen = false;
      isRecording = false;
      writes = [];
    },
    begin() {
      hasWritten = false;
      if (!isGuarding) return;
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
      if (!hasWritten) return true;
      guarded = guardedTransactions;
      if (!isGuarding) return false;
      const kept = writes.slice(0, writesBefore);
      rollback.run();
      close();
      for (const { statement, values } of kept) statement.run(...values);
      return true;
    },
  };
}
