import { DatabaseSync } from "node:sqlite";
import { DomainError } from "@tenantry/core";
import { isBusy, openWriterNote, prepareDatabaseFile } from "@tenantry/storage-sqlite/machinery";

/**
 * The lock between our own processes: an exclusive transaction on a small SQLite file, which the system gives up when its holder dies,
 * however it dies. (The Python module knows nothing of it.)
 */
export interface ExclusiveLock {
  /** Takes the lock if it is free. */
  tryTake(): boolean;
  release(): void;
  /** The error for when waiting took too long; it names the holder. */
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
  // Nothing is asked of the file when it is opened: that would fail while another holds it.
  const db = new DatabaseSync(path, { timeout: 0 });
  const note = openWriterNote(path, program);
  return {
    tryTake() {
      // Taken by another part of this process.
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
