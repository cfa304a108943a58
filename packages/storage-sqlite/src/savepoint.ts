import type { DatabaseSync, StatementSync } from "node:sqlite";
import type { SqlValue } from "@tenantry/storage-sql";

/** A statement that wrote, with its values. */
interface Write {
  readonly statement: StatementSync;
  readonly values: readonly SqlValue[];
}

/** Undoes what one body of a batch wrote, and keeps what the others wrote. */
export interface Savepoint {
  /** A new transaction begins; nothing of the last one matters any more. */
  reset(): void;
  begin(): void;
  keep(): void;
  /**
   * Undoes the last body. False if it cannot be undone alone: then the transaction must be rolled back and its bodies
   * run again.
   */
  undo(): boolean;
}

/** A separate savepoint for each body. */
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

/**
 * A savepoint that is opened only where it is likely to be needed, and that several bodies share, with a list of what
 * they wrote.
 */
export interface SharedSavepoint extends Savepoint {
  /** Called for every statement that wrote, in order. */
  record(statement: StatementSync, values: readonly SqlValue[]): void;
}

/** After this many writes a new savepoint is opened, which bounds the list and what may have to be repeated. */
const mostWrites = 1000;
/**
 * How many transactions have a savepoint after one in which a body was undone. With occasional failures this keeps
 * repeated work small; with frequent ones, nothing is repeated.
 */
const guardedTransactions = 8;

/**
 * Creates a savepoint shared by the bodies of a batch.
 *
 * With a savepoint SQLite copies each page before changing it, which can cost a third of a batch's time. So there is
 * none until a body fails after it has written. That body cannot be undone alone, so the batch is rolled back and run
 * again, and this run and the next transactions have a savepoint. What their bodies write is listed: when one fails,
 * the savepoint undoes all of them and the writes of the successful ones are repeated from the list. This gives the
 * same rows, because the lock was held all along and each body has seen only what came before it. No write is
 * repeated twice, and a body that fails before it wrote costs nothing.
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
