import type { DatabaseSync } from "node:sqlite";
import { DomainError } from "@tenantry/core";
import { openHandle } from "./connection.ts";
import { isBusy } from "./sqlite-error.ts";
import { openWriterNote } from "./writer-note.ts";

/**
 * Leaving the write-ahead log is possible only to a program that has the file for itself: so it shows whether another has it open.
 *
 * @param program What wants the file for itself.
 * @throws {DomainError} `storage_busy`, naming who has it open as far as that is known.
 */
export function assertUnused(path: string, program: string): void {
  let db: DatabaseSync | undefined;
  try {
    db = openHandle(path);
    db.exec("PRAGMA journal_mode = DELETE");
  } catch (error) {
    // What else is wrong with the file shows itself to whoever opens it.
    if (!isBusy(error)) return;
    const note = openWriterNote(path, program);
    const holder = note.describeHolder();
    note.close();
    throw new DomainError(
      "storage_busy",
      `${path} is open in ${holder}; stop every program that uses it (tenantry serve), then run ${program} again`,
      { cause: error },
    );
  } finally {
    db?.close();
  }
}
