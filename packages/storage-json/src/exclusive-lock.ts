import { DatabaseSync } from "node:sqlite";
import { DomainError } from "@tenantry/core";
import { isBusy, openWriterNote, prepareDatabaseFile } from "@tenantry/storage-sqlite/machinery";

/**
 * The lock between Tenantry processes: an exclusive transaction on a small SQLite file. The system releases it when its
 * holder ends in any way. (The Python module does not use it.)
 */
export interface ExclusiveLock {
  /** Takes the lock if it is free. */
  tryTake(): boolean;
  release(): void;
  /** The error for a wait that took too long; it names the holder. */
  busyError(): DomainError;
  close(): void;
}

export function openExclusiveLock(
  path: string,
  directory: string,
  program: string,
  busyTimeoutMs: number,
): ExclusiveLock {
  prepareDatabaseFile(path);
  // No statement runs on opening, because it would fail while another process holds the lock.
  const db = new DatabaseSync(path, { timeout: 0 });
  const note = openWriterNote(path, program);
  return {
    tryTake() {
      // Another part of this process holds it.
      if (db.isTransaction) return false;
      try {
        db.exec("BEGIN EXCLUSIVE");
      } catch (error) {
        if (isBusy(error)) return false;
        throw error;
      }
      note.take();
      return true;
    },
    release() {
      note.release();
      if (db.isTransaction) db.exec("ROLLBACK");
    },
    busyError() {
      const holder = note.describeHolder();
      return new DomainError(
        "storage_busy",
        `${directory} has been held by ${holder} for more than ${busyTimeoutMs} ms; try again, or end that program`,
        { data: { holder } },
      );
    },
    close() {
      note.close();
      db.close();
    },
  };
}
