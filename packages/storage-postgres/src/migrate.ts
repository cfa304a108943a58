import {
  ledgerTable,
  type Migration,
  migrateToLatest,
  migrations,
  postgresDialect,
  schemaState,
} from "@tenantry/storage-sql";
import {
  type CompiledQuery,
  type DatabaseConnection,
  Kysely,
  PostgresAdapter,
  PostgresIntrospector,
  PostgresQueryCompiler,
  type QueryResult,
} from "kysely";
import type { Client } from "pg";
import { migrationKey } from "./advisory-locks.ts";

/**
 * Brings the database to the newest schema. The lock is taken before the ledger is read for good, so that of several servers that
 * start at once one migrates and the others, when their turn comes, find it done.
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
      await migrateToLatest(createMigrationKysely(client), postgresDialect, known);
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

/** Kysely over the connection. It begins no transaction of its own: everything happens in the one that is open. */
function createMigrationKysely(client: Client): Kysely<unknown> {
  const connection = createConnection(client);
  const nothing = async () => {};
  return new Kysely<unknown>({
    dialect: {
      createAdapter: () => new PostgresAdapter(),
      createIntrospector: (kysely) => new PostgresIntrospector(kysely),
      createQueryCompiler: () => new PostgresQueryCompiler(),
      createDriver: () => ({
        init: nothing,
        acquireConnection: async () => connection,
        beginTransaction: nothing,
        commitTransaction: nothing,
        rollbackTransaction: nothing,
        releaseConnection: nothing,
        destroy: nothing,
      }),
    },
  });
}

function createConnection(client: Client): DatabaseConnection {
  let first: unknown;
  return {
    async executeQuery<Row>(query: CompiledQuery): Promise<QueryResult<Row>> {
      try {
        const { rows } = await client.query(query.sql, [...query.parameters]);
        return { rows: rows as Row[] };
      } catch (error) {
        // Kysely's migrator looks once more after an error, and that look fails because of it: the first one says what is wrong.
        first ??= error;
        throw first;
      }
    },
    streamQuery() {
      throw new Error("Migrations stream nothing");
    },
  };
}
