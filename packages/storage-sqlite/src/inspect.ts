import { statSync } from "node:fs";
import type { DatabaseSync } from "node:sqlite";
import { schemaState } from "@tenantry/storage-sql";
import { assertPresent } from "./backup.ts";
import { assertOurs, assertSqliteVersion, openReader, pragma } from "./connection.ts";
import { readLedger } from "./migrate.ts";
import { toStorageError } from "./sqlite-error.ts";

/** The result of inspecting a database file. Empty lists mean that all is well. */
export interface Inspection {
  readonly bytes: number;
  readonly journal_mode: string;
  /** The findings of SQLite's own integrity check. */
  readonly integrity_faults: readonly string[];
  /** Rows that refer to a row which does not exist. */
  readonly foreign_key_faults: readonly string[];
  /** Organizations whose stored counts differ from their memberships. */
  readonly count_faults: readonly string[];
  readonly migrations_applied: readonly string[];
  readonly migrations_pending: readonly string[];
  readonly organizations: number;
  readonly users: number;
}

/**
 * Inspects a database file without changing it. It reads all data, so a large file takes a while.
 *
 * @throws {DomainError} `storage_damaged`, `storage_unavailable`, `storage_newer` where it cannot be inspected at
 * all.
 */
export function inspectSqliteFile(path: string): Inspection {
  assertSqliteVersion();
  assertPresent(path);
  try {
    const db = openReader(path);
    try {
      assertOurs(db, path);
      return inspect(db, path);
    } finally {
      db.close();
    }
  } catch (error) {
    throw toStorageError(error, path);
  }
}

function inspect(db: DatabaseSync, path: string): Inspection {
  const { applied, pending } = schemaState(readLedger(db));
  const integrity = db.prepare("PRAGMA integrity_check(20)").all();
  const integrityFaults = integrity.map((row) => String(row.integrity_check));
  const isMade = applied.length > 0;
  return {
    bytes: statSync(path).size,
    journal_mode: String(pragma(db, "journal_mode")),
    integrity_faults: integrityFaults.filter((fault) => fault !== "ok"),
    foreign_key_faults: findForeignKeyFaults(db),
    count_faults: isMade ? findCountFaults(db) : [],
    migrations_applied: applied,
    migrations_pending: pending,
    organizations: isMade ? countRows(db, "organizations") : 0,
    users: isMade ? countRows(db, "users") : 0,
  };
}

function findForeignKeyFaults(db: DatabaseSync): readonly string[] {
  return db
    .prepare('SELECT "table", rowid, parent FROM pragma_foreign_key_check LIMIT 20')
    .all()
    .map((row) => `a row of ${row.table} names a row of ${row.parent} that is not there`);
}

/** Compares the stored counts with the rows that they count. */
export function findCountFaults(db: DatabaseSync): readonly string[] {
  const rows = db
    .prepare(
      `SELECT * FROM (
        SELECT o.slug, o.seat_count, o.member_count,
          (SELECT count(*) FROM memberships m WHERE m.tenant_id = o.tenant_id AND m.organization_id = o.id) AS seats,
          (SELECT count(*) FROM memberships m WHERE m.tenant_id = o.tenant_id AND m.organization_id = o.id
            AND m.status = 'active') AS members
        FROM organizations o
      ) WHERE seats <> seat_count OR members <> member_count LIMIT 20`,
    )
    .all();
  return rows.map(
    (row) =>
      `${row.slug} counts ${row.seat_count} seats and ${row.member_count} members, and has ${row.seats} and ${row.members}`,
  );
}

export function countRows(db: DatabaseSync, table: "organizations" | "users"): number {
  return Number(db.prepare(`SELECT count(*) AS count FROM ${table}`).get()?.count);
}
