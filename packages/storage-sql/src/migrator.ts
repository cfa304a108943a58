import { type Awaitable, DomainError } from "@tenantry/core";
import { type CompiledQuery, type DatabaseConnection, type Driver, type Kysely, sql } from "kysely";
import { type Migration as KyselyMigration, Migrator } from "kysely/migration";
import type { SqlDialect } from "./dialect.ts";
import type { Migration } from "./migrations/migration.ts";
import { migrations } from "./migrations/migrations.ts";

/** The table with the names of the migrations that ran. */
export const ledgerTable = "tenantry_migrations";
/** A ledger entry that exists while a copy fills the database, so that nobody opens an incomplete one. */
export const unfinishedCopy = "unfinished-copy";
const ledgerLockTable = "tenantry_migrations_lock";
export const ledgerTables: readonly string[] = [ledgerTable, ledgerLockTable];

/** A database's ledger, compared with the migrations that this program has. */
export interface SchemaState {
  readonly applied: readonly string[];
  readonly pending: readonly string[];
}

/**
 * Compares a ledger with the migrations that this program has.
 *
 * @throws {DomainError} `storage_newer` where the ledger has a migration that this program lacks: a newer program was
 * here, and this one might write wrong data. `storage_unavailable` where a copy into the database was not finished.
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

/** Runs a statement in the caller's open transaction and returns its rows. */
type RunStatement = (statement: string, args: readonly unknown[]) => Awaitable<readonly unknown[]>;

/**
 * Brings a database to the newest schema. The caller holds the engine's migration lock, so that of several programs
 * that start at once one migrates and the others find it done.
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

/** A driver that begins no transaction of its own: everything runs in the caller's. */
function createDriver(run: RunStatement): Driver {
  let first: unknown;
  const connection: DatabaseConnection = {
    async executeQuery<Row>({ sql: statement, parameters }: CompiledQuery) {
      try {
        return { rows: (await run(statement, parameters)) as Row[] };
      } catch (error) {
        // Kysely's migrator runs another query after an error, which PostgreSQL refuses in a failed transaction. The
        // first error is the useful one.
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
          for (const script of dialect.script(migration.statements(dialect))) {
            await sql.raw(script).execute(db);
          }
        },
      },
    ]),
  );
}
