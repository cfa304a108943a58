import type { DatabaseSync, SQLInputValue } from "node:sqlite";
import {
  ledgerTable,
  type Migration,
  migrateToLatest,
  migrations,
  schemaState,
  sqliteDialect,
} from "@tenantry/storage-sql";
import {
  type CompiledQuery,
  type DatabaseConnection,
  Kysely,
  type QueryResult,
  SqliteAdapter,
  SqliteIntrospector,
  SqliteQueryCompiler,
} from "kysely";
import type { WriteLock } from "./write-lock.ts";

/** Whether the file lacks migrations. @throws {DomainError} `storage_newer`. */
export function isBehind(db: DatabaseSync): boolean {
  return schemaState(readLedger(db)).pending.length > 0;
}

/**
 * Brings the file to the newest schema. The lock is taken before the ledger is read for good, so that of several programs that start
 * at once one migrates and the others, when their turn comes, find it done.
 *
 * @throws {DomainError} `storage_newer`, `storage_busy`.
 */
export async function migrateFile(db: DatabaseSync, lock: WriteLock): Promise<void> {
  await lock.acquire();
  try {
    // While it waited for the lock another program may have done it, or more than this one knows.
    if (isBehind(db)) await migrateHandle(db);
    await lock.commit();
  } catch (error) {
    lock.rollback();
    throw error;
  }
}

/** Runs migrations on a handle that others don't reach meanwhile. */
export async function migrateHandle(
  db: DatabaseSync,
  known: readonly Migration[] = migrations,
): Promise<void> {
  await migrateToLatest(createMigrationKysely(db), sqliteDialect, known);
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

/** Kysely over the handle. It begins no transaction of its own: everything happens in the one that is open. */
function createMigrationKysely(db: DatabaseSync): Kysely<unknown> {
  const connection = createConnection(db);
  const nothing = async () => {};
  return new Kysely<unknown>({
    dialect: {
      createAdapter: () => new SqliteAdapter(),
      createIntrospector: (kysely) => new SqliteIntrospector(kysely),
      createQueryCompiler: () => new SqliteQueryCompiler(),
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

function createConnection(db: DatabaseSync): DatabaseConnection {
  return {
    async executeQuery<Row>(query: CompiledQuery): Promise<QueryResult<Row>> {
      const statement = db.prepare(query.sql);
      const rows = statement.all(...(query.parameters as SQLInputValue[]));
      return { rows: rows as Row[] };
    },
    streamQuery() {
      throw new Error("Migrations stream nothing");
    },
  };
}
