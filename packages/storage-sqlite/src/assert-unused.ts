import type { DatabaseSync } from "node:sqlite";
import { DomainError } from "@tenantry/core";
import { openHandle } from "./connection.ts";
import { isBusy } from "./sqlite-error.ts";
import { openWriterNote } from "./writer-note.ts";

/**
 * Refuses if another program has the file open. Only a program that is alone on the file can leave the write-ahead
 * log mode, so an attempt shows it.
 *
 * @param program The program that needs the file alone, for messages.
 * @throws {DomainError} `storage_busy`, naming the program that has it open if that is known.
 */
export function assertUnused(path: string, program: string): void {
  let db: DatabaseSync | undefined;
  try {
    db = openHandle(path);
    db.exec("PRAGMA journal_mode = DELETE");
  } catch (error) {
    // Any other problem with the file is reported when it is opened.
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
