import { DomainError } from "@tenantry/core";
import { type Client, DatabaseError, escapeIdentifier } from "pg";
import { connectOnce, describeServer } from "./connection.ts";
import { toStorageError } from "./postgres-error.ts";
import { connectionSettings, type PostgresStorageOptions } from "./postgres-storage.ts";

/**
 * Makes an empty database on the server that the URL names, owned by who owns that one.
 *
 * @throws {DomainError} `storage_unavailable` where the user may not, saying what to do.
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

/** Removes a database for good, whoever is connected to it; nothing where there is none. */
export async function dropPostgresDatabase(
  options: PostgresStorageOptions,
  database: string,
): Promise<void> {
  const name = escapeIdentifier(database);
  await asOwner(options, (client) => client.query(`DROP DATABASE IF EXISTS ${name} WITH (FORCE)`));
}

async function asOwner(
  options: PostgresStorageOptions,
  work: (client: Client) => Promise<unknown>,
): Promise<void> {
  const settings = connectionSettings(options);
  const url = settings.ownerUrl ?? settings.url;
  const server = describeServer(url);
  // A copy of a template takes as long as the disk does.
  const patient = { ...settings, url, statementTimeoutMs: 0 };
  try {
    await connectOnce(patient, async (client) => {
      await work(client).catch((error: unknown) => {
        throw isNotAllowed(error) ? notAllowed(client, server, error) : error;
      });
    });
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
