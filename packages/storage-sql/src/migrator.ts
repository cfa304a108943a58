import { type Awaitable, DomainError } from "@tenantry/core";
import { type CompiledQuery, type DatabaseConnection, type Driver, type Kysely, sql } from "kysely";
import { type Migration as KyselyMigration, Migrator } from "kysely/migration";
import type { SqlDialect } from "./dialect.ts";
import type { Migration } from "./migrations/migration.ts";
import { migrations } from "./migrations/migrations.ts";

/** The table that holds the names of the migrations that ran. */
export const ledgerTable = "tenantry_migrations";
/** Stands in the ledger of a database as long as a copy fills it: nobody opens half of one. */
export const unfinishedCopy = "unfinished-copy";
const ledgerLockTable = "tenantry_migrations_lock";
export const ledgerTables: readonly string[] = [ledgerTable, ledgerLockTable];

/** What a database's ledger says, compared with what this program knows. */
export interface SchemaState {
  readonly applied: readonly string[];
  readonly pending: readonly string[];
}

/**
 * Compares a ledger with the migrations that this program knows.
 *
 * @throws {DomainError} `storage_newer` where the ledger names one that it doesn't: a newer program was here, and what this one
 *   would write could be wrong there. `storage_unavailable` where a copy into it has not come to its end.
 */
export function schemaState(
  applied: readonly string[],
  known: readonly Migration[] = migrations,
): SchemaState {
  if (applied.includes(unfinishedCopy)) {
    throw new DomainError(
      "storage_unavailable",
      "The storage is being filled by tenantry migrate-storage, or that has ended before its end; run it again, or name another storage",
    );
  }
  const names = known.map((migration) => migration.name);
  const unknown = applied.filter((name) => !names.includes(name));
  if (unknown.length > 0) {
    throw new DomainError(
      "storage_newer",
      `The storage was made by a newer Tenantry (it knows ${unknown.join(", ")}); update this program`,
    );
  }
  return { applied, pending: names.filter((name) => !applied.includes(name)) };
}

/** Runs a statement in the transaction that the caller has begun, and gives its rows. */
type RunStatement = (statement: string, args: readonly unknown[]) => Awaitable<readonly unknown[]>;

/**
 * Brings a database to the newest schema. The caller holds the engine's lock for migrations, so that of several programs that start
 * at once one does it and the others find it done.
 */
export async function migrateToLatest(
  run: RunStatement,
  dialect: SqlDialect,
  known: readonly Migration[] = migrations,
): Promise<void> {
  const migrator = new Migrator({
    db: dialect.connect(createDriver(run)),
    provider: { getMigrations: async () => toKyselyMigrations(dialect, known) },
    migrationTableName: ledgerTable,
    migrationLockTableName: ledgerLockTable,
  });
  const { error } = await migrator.migrateToLatest();
  if (error !== undefined) throw error;
}

/** Begins no transaction of its own: everything happens in the one that is open. */
function createDriver(run: RunStatement): Driver {
  let first: unknown;
  const connection: DatabaseConnection = {
    async executeQuery<Row>({ sql: statement, parameters }: CompiledQuery) {
      try {
        return { rows: (await run(statement, parameters)) as Row[] };
      } catch (error) {
        // Kysely's migrator looks once more after an error. PostgreSQL refuses that look because of it: the first one says what is wrong.
        first ??= error;
        throw first;
      }
    },
    streamQuery() {
      throw new Error("Migrations stream nothing");
    },
  };
  const nothing = async () => {};
  return {
    init: nothing,
    acquireConnection: async () => connection,
    beginTransaction: nothing,
    commitTransaction: nothing,
    rollbackTransaction: nothing,
    releaseConnection: nothing,
    destroy: nothing,
  };
}

function toKyselyMigrations(
  dialect: SqlDialect,
  known: readonly Migration[],
): Record<string, KyselyMigration> {
  return Object.fromEntries(
    known.map((migration) => [
      migration.name,
      {
        async up(db: Kysely<unknown>) {
          for (const statement of migration.statements(dialect))
            await sql.raw(statement).execute(db);
        },
      },
    ]),
  );
}
