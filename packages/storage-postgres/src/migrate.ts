import {
  ledgerTable,
  type Migration,
  migrateToLatest,
  migrations,
  postgresDialect,
  schemaState,
} from "@tenantry/storage-sql";
import type { Client } from "pg";
import { migrationKey } from "./advisory-locks.ts";

/**
 * Brings the database to the newest schema. The ledger is read again under the lock, so that of several servers that
 * start at once one migrates and the others find it done.
 *
 * @throws {DomainError} `storage_newer`.
 */
export async function migrateDatabase(
  client: Client,
  known: readonly Migration[] = migrations,
): Promise<void> {
  if (schemaState(await readLedger(client), known).pending.length === 0) return;
  await client.query("BEGIN; SET LOCAL statement_timeout = 0; SET LOCAL lock_timeout = 0");
  try {
    await client.query("SELECT pg_advisory_xact_lock($1)", [migrationKey]);
    if (schemaState(await readLedger(client), known).pending.length > 0) {
      await migrateToLatest(
        async (statement, args) => (await client.query(statement, [...args])).rows,
        postgresDialect,
        known,
      );
    }
    await client.query("COMMIT");
  } catch (error) {
    await client.query("ROLLBACK");
    throw error;
  }
}

/** The names of the migrations that ran. */
export async function readLedger(client: Client): Promise<readonly string[]> {
  const table = await client.query<{ exists: boolean }>(
    "SELECT to_regclass($1) IS NOT NULL AS exists",
    [ledgerTable],
  );
  if (!table.rows[0]?.exists) return [];
  const { rows } = await client.query<{ name: string }>(
    `SELECT name FROM ${ledgerTable} ORDER BY name`,
  );
  return rows.map(({ name }) => name);
}
