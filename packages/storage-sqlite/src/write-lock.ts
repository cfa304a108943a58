import type { DatabaseSync } from "node:sqlite";
import { DomainError } from "@tenantry/core";
import { isBusy, toStorageError } from "./sqlite-error.ts";
import { retryWhileBusy } from "./waiting.ts";
import type { WriterNote } from "./writer-note.ts";

/** The file's only writer lock, held from `BEGIN IMMEDIATE` until the transaction ends. */
export interface WriteLock {
  /** Takes the lock if it is free. */
  tryAcquire(): boolean;
  /**
   * Waits for the lock without blocking the event loop.
   *
   * @throws {DomainError} `storage_busy`, naming the holder.
   */
  acquire(): Promise<void>;
  /** Commits. When it resolves, everything written is on disk; where that fails it rolls back. */
  commit(): Promise<void>;
  rollback(): void;
  /** The error when waiting took too long. */
  busyError(cause?: unknown): DomainError;
}

export function createWriteLock(
  db: DatabaseSync,
  path: string,
  note: WriterNote,
  busyTimeoutMs: number,
): WriteLock {
  const begin = db.prepare("BEGIN IMMEDIATE");
  const end = db.prepare("COMMIT");

  function busyError(cause?: unknown): DomainError {
    const holder = note.describeHolder();
    return new DomainError(
      "storage_busy",
      `${path} has been held by ${holder} for more than ${busyTimeoutMs} ms; try again, or end that program`,
      { data: { holder }, cause },
    );
  }

  function endNoted(): void {
    end.run();
    note.release();
  }

  function rollback(): void {
    if (db.isTransaction) db.exec("ROLLBACK");
    note.release();
  }

  return {
    busyError,
    rollback,
    tryAcquire() {
      try {
        begin.run();
        note.takeAgain();
        return true;
      } catch (error) {
        if (isBusy(error)) return false;
        throw toStorageError(error, path);
      }
    },
    async acquire() {
      try {
        await retryWhileBusy(() => begin.run(), busyTimeoutMs, busyError);
        note.take();
      } catch (error) {
        throw toStorageError(error, path);
      }
    },
    async commit() {
      try {
        await retryWhileBusy(endNoted, busyTimeoutMs, busyError);
      } catch (error) {
        rollback();
        throw toStorageError(error, path);
      }
    },
  };
}
