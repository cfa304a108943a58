import { existsSync, statSync } from "node:fs";
import { DatabaseSync } from "node:sqlite";
import { DomainError } from "@tenantry/core";
import { isBusy, prepareDatabaseFile } from "@tenantry/storage-sqlite/machinery";
import type { DirectoryLayout } from "./directory-layout.ts";

/**
 * By which it shows that a program of ours has a directory open, writing or not: each holds a shared lock on a small SQLite file, which the
 * system gives up when its holder dies. {@link ExclusiveLock} is held for single writes, and says nothing of who waits between two.
 */
export interface OpenMark {
  close(): void;
}

/**
 * Marks the directory as open. Whoever has it for themselves is waited for.
 *
 * @throws {DomainError} `storage_busy` where they have put another directory in its place.
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

/** Whether a program has it open; this one too, where it has. */
export function isOpen(layout: DirectoryLayout): boolean {
  const mark = keepClosed(layout);
  mark?.close();
  return mark === undefined;
}

/** Keeps every program from opening the directory; undefined where one has it open. */
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
