import { existsSync, statSync } from "node:fs";
import { DatabaseSync } from "node:sqlite";
import { DomainError } from "@tenantry/core";
import { isBusy, prepareDatabaseFile } from "@tenantry/storage-sqlite/machinery";
import type { DirectoryLayout } from "./directory-layout.ts";

/**
 * Shows that a Tenantry program has a directory open: each program holds a shared lock on a small SQLite file, which the
 * system releases when the program ends. {@link ExclusiveLock} cannot show this, because it is held only during a write.
 */
export interface OpenMark {
  close(): void;
}

/**
 * Marks the directory as open. Waits for a program that holds it exclusively.
 *
 * @throws {DomainError} `storage_busy` if that program has replaced the directory.
 */
export function markOpen(layout: DirectoryLayout, busyTimeoutMs: number): OpenMark {
  prepareDatabaseFile(layout.openMark);
  const marked = inodeOf(layout.openMark);
  const db = new DatabaseSync(layout.openMark, { timeout: busyTimeoutMs });
  db.exec("BEGIN; SELECT count(*) FROM sqlite_master");
  if (inodeOf(layout.openMark) === marked) return { close: () => db.close() };
  db.close();
  throw new DomainError(
    "storage_busy",
    `Another directory has just taken the place of ${layout.directory}; try again`,
  );
}

function inodeOf(path: string): bigint | undefined {
  return statSync(path, { bigint: true, throwIfNoEntry: false })?.ino;
}

/** Whether a Tenantry program, including this one, has it open. */
export function isOpen(layout: DirectoryLayout): boolean {
  const mark = keepClosed(layout);
  mark?.close();
  return mark === undefined;
}

/** Prevents every program from opening the directory; undefined if one has it open. */
export function keepClosed(layout: DirectoryLayout): OpenMark | undefined {
  if (!existsSync(layout.openMark)) return { close() {} };
  const db = new DatabaseSync(layout.openMark, { timeout: 0 });
  try {
    db.exec("BEGIN EXCLUSIVE");
    return { close: () => db.close() };
  } catch (error) {
    db.close();
    if (isBusy(error)) return undefined;
    throw error;
  }
}
