import { DomainError } from "@tenantry/core";
import { createClient, describeServer } from "./connection.ts";
import { toStorageError } from "./postgres-error.ts";
import { ownerSettings, type PostgresStorageOptions } from "./postgres-storage.ts";

/**
 * Refuses if another of our programs has the database open, recognized by the name of its connections. A program that
 * gave itself another name is not noticed.
 *
 * @throws {DomainError} `storage_busy`, naming them.
 */
export async function assertNoOtherProgram(
  options: PostgresStorageOptions & { readonly program: string },
): Promise<void> {
  const server = describeServer(options.url);
  const client = createClient(ownerSettings(options));
  try {
    await client.connect();
    const { rows } = await client.query<{ name: string }>(
      `SELECT DISTINCT application_name AS name FROM pg_stat_activity
        WHERE datname = current_database() AND application_name LIKE 'tenantry%' AND application_name <> $1 ORDER BY 1`,
      [options.program],
    );
    if (rows.length === 0) return;
    throw new DomainError(
      "storage_busy",
      `${server} is open in ${rows.map(({ name }) => name).join(", ")}; stop every program that uses it, then run ${options.program} again`,
    );
  } catch (error) {
    throw toStorageError(error, server);
  } finally {
    await client.end();
  }
}
