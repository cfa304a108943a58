import { DomainError } from "@tenantry/core";
import { type Client, DatabaseError, escapeIdentifier } from "pg";
import { advisoryKey } from "./advisory-locks.ts";
import { connectOnce, createClient, describeServer } from "./connection.ts";
import { toStorageError } from "./postgres-error.ts";
import { connectionSettings, type PostgresStorageOptions } from "./postgres-storage.ts";

/**
 * Creates an empty database on the server of the URL, with the same owner as that of the URL.
 *
 * @throws {DomainError} `storage_unavailable` where the user may not create one, saying what to do.
 */
export async function createPostgresDatabase(
  options: PostgresStorageOptions,
  database: string,
): Promise<void> {
  const name = escapeIdentifier(database);
  await asOwner(options, (client) =>
    client.query(`CREATE DATABASE ${name} TEMPLATE template0 ENCODING 'UTF8'`),
  );
}

/** Drops a database for good, even if it is in use. Does nothing where there is none. */
export async function dropPostgresDatabase(
  options: PostgresStorageOptions,
  database: string,
): Promise<void> {
  const name = escapeIdentifier(database);
  await asOwner(options, (client) => client.query(`DROP DATABASE IF EXISTS ${name} WITH (FORCE)`));
}

export async function hasPostgresDatabase(
  options: PostgresStorageOptions,
  database: string,
): Promise<boolean> {
  return await asOwner(options, async (client) => {
    const { rowCount } = await client.query("SELECT 1 FROM pg_database WHERE datname = $1", [
      database,
    ]);
    return rowCount === 1;
  });
}

/**
 * Takes a lock in the database of the URL, for creating or dropping another one; undefined where it is held already.
 * The lock ends with the connection, and so with the process.
 */
export async function lockPostgresDatabase(
  options: PostgresStorageOptions,
  database: string,
): Promise<{ release(): Promise<void> } | undefined> {
  const settings = connectionSettings(options);
  const url = settings.ownerUrl ?? settings.url;
  const client = createClient({ ...settings, url });
  try {
    await client.connect();
    const { rows } = await client.query<{ taken: boolean }>(
      "SELECT pg_try_advisory_lock($1) AS taken",
      [advisoryKey("database", database)],
    );
    if (rows[0]?.taken === true) return { release: () => client.end() };
  } catch (error) {
    await client.end();
    throw toStorageError(error, describeServer(url));
  }
  await client.end();
  return undefined;
}

async function asOwner<T>(
  options: PostgresStorageOptions,
  work: (client: Client) => Promise<T>,
): Promise<T> {
  const settings = connectionSettings(options);
  const url = settings.ownerUrl ?? settings.url;
  const server = describeServer(url);
  // Copying a template database takes as long as the disk needs.
  const patient = { ...settings, url, statementTimeoutMs: 0 };
  try {
    return await connectOnce(patient, (client) =>
      work(client).catch((error: unknown) => {
        throw isNotAllowed(error) ? notAllowed(client, server, error) : error;
      }),
    );
  } catch (error) {
    throw toStorageError(error, server);
  }
}

function isNotAllowed(error: unknown): boolean {
  return error instanceof DatabaseError && error.code === "42501";
}

function notAllowed({ user = "" }: Client, server: string, cause: unknown): DomainError {
  return new DomainError(
    "storage_unavailable",
    `${server}: its user may not make databases, which a tenant with a database of its own needs. Run as a superuser: ALTER ROLE ${escapeIdentifier(user)} CREATEDB`,
    { cause },
  );
}
