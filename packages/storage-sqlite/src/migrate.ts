import type { DatabaseSync, SQLInputValue } from "node:sqlite";
import {
  ledgerTable,
  type Migration,
  migrateToLatest,
  migrations,
  schemaState,
  sqliteDialect,
} from "@tenantry/storage-sql";
import type { WriteLock } from "./write-lock.ts";

/** Whether the file lacks migrations. @throws {DomainError} `storage_newer`. */
export function isBehind(db: DatabaseSync): boolean {
  return schemaState(readLedger(db)).pending.length > 0;
}

/**
 * Brings the file to the newest schema. The ledger is read again under the lock, so that of several programs that
 * start at once one migrates and the others find it done.
 *
 * @throws {DomainError} `storage_newer`, `storage_busy`.
 */
export async function migrateFile(db: DatabaseSync, lock: WriteLock): Promise<void> {
  await lock.acquire();
  try {
    // While this program waited for the lock another may have migrated, perhaps to a newer schema than this one
    // knows.
    if (isBehind(db)) await migrateHandle(db);
    await lock.commit();
  } catch (error) {
    lock.rollback();
    throw error;
  }
}

/** Runs migrations on a handle that nothing else uses meanwhile. */
export async function migrateHandle(
  db: DatabaseSync,
  known: readonly Migration[] = migrations,
): Promise<void> {
  const run = (statement: string, args: readonly unknown[]) =>
    db.prepare(statement).all(...(args as SQLInputValue[]));
  await migrateToLatest(run, sqliteDialect, known);
}

/** The names of the migrations that ran. */
export function readLedger(db: DatabaseSync): readonly string[] {
  const hasLedger = db
    .prepare("SELECT 1 FROM sqlite_schema WHERE type = 'table' AND name = ?")
    .get(ledgerTable);
  if (hasLedger === undefined) return [];
  const rows = db.prepare(`SELECT name FROM ${ledgerTable} ORDER BY name`).all();
  return rows.map((row) => String(row.name));
}
