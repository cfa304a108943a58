import { type CopyTarget, DomainError, type Storage } from "@tenantry/core";
import { copiedTables, ledgerTable, unfinishedCopy } from "@tenantry/storage-sql";
import type { Client } from "pg";
import { advisoryKey } from "./advisory-locks.ts";
import { createClient, describeServer } from "./connection.ts";
import { toStorageError } from "./postgres-error.ts";
import {
  openPostgresStorage,
  ownerSettings,
  type PostgresStorageOptions,
} from "./postgres-storage.ts";

/** The lock under which one program at a time fills a database. */
const copyKey = advisoryKey("tenantry", "copy");

/**
 * Takes an empty database as the target of a copy. While it is filled, its ledger says so and no program opens it.
 * Anything that a killed copy left is removed first.
 *
 * @throws {DomainError} `storage_unavailable` where it is not empty, `storage_busy` where another copy is at work.
 */
export async function openPostgresCopyTarget(options: PostgresStorageOptions): Promise<CopyTarget> {
  const server = describeServer(options.url);
  const client = createClient(ownerSettings(options));
  let storage: Storage | undefined;
  try {
    await client.connect();
    await lock(client, server);
    if (await isUnfinished(client)) await empty(client);
    storage = await openPostgresStorage(options);
    if (!(await isEmpty(storage))) throw notEmpty(server);
    await client.query(
      `INSERT INTO ${ledgerTable} (name, timestamp) VALUES ('${unfinishedCopy}', now()::text)`,
    );
    return createTarget(client, storage, server);
  } catch (error) {
    await storage?.close();
    await client.end();
    throw toStorageError(error, server);
  }
}

function createTarget(client: Client, storage: Storage, server: string): CopyTarget {
  const end = async (work: () => Promise<unknown>) => {
    try {
      await storage.close();
      await work();
    } catch (error) {
      throw toStorageError(error, server);
    } finally {
      await client.end();
    }
  };
  return {
    storage,
    finish: () =>
      end(async () => {
        // Otherwise the first queries would be planned for empty tables.
        await client.query("SET statement_timeout = 0; ANALYZE");
        await client.query(`DELETE FROM ${ledgerTable} WHERE name = '${unfinishedCopy}'`);
      }),
    abandon: () => end(() => empty(client)),
  };
}

async function lock(client: Client, server: string): Promise<void> {
  const { rows } = await client.query<{ locked: boolean }>(
    "SELECT pg_try_advisory_lock($1) AS locked",
    [copyKey],
  );
  if (rows[0]?.locked) return;
  throw new DomainError(
    "storage_busy",
    `Another tenantry migrate-storage is filling ${server}; wait for its end, or end it`,
  );
}

async function isUnfinished(client: Client): Promise<boolean> {
  const found = await client.query<{ exists: boolean }>(
    "SELECT to_regclass($1) IS NOT NULL AS exists",
    [ledgerTable],
  );
  if (!found.rows[0]?.exists) return false;
  const marks = await client.query(`SELECT 1 FROM ${ledgerTable} WHERE name = $1`, [
    unfinishedCopy,
  ]);
  return marks.rows.length > 0;
}

async function isEmpty({ committed: { copies } }: Storage): Promise<boolean> {
  const tenants = await copies.tenantIds(null, null, 1);
  if (tenants.length > 0) return false;
  for (const { name } of copies.tables(null)) {
    if ((await copies.count(null, name)) > 0) return false;
  }
  return true;
}

/** Removes the rows and the mark together. The schema stays: an empty database may have one. */
async function empty(client: Client): Promise<void> {
  const tables = copiedTables.map(({ name }) => name).join(", ");
  await client.query(
    `SET statement_timeout = 0; BEGIN; TRUNCATE ${tables}; DELETE FROM ${ledgerTable} WHERE name = '${unfinishedCopy}'; COMMIT`,
  );
}

function notEmpty(server: string): DomainError {
  return new DomainError(
    "storage_unavailable",
    `${server} has rows in it already; make an empty database with CREATE DATABASE and name that`,
  );
}
