import { DomainError } from "@tenantry/core";
import { Pool, type PoolClient } from "pg";
import { type ConnectionSettings, clientConfig } from "./connection.ts";
import { createGate } from "./gate.ts";
import { toStorageError } from "./postgres-error.ts";
import type { NamedStatement, StatementResult } from "./postgres-session.ts";
import { shareClients } from "./shared-clients.ts";

const idleMs = 30_000;

/** A pool with a maximum number of connections. */
export interface Connections {
  /** Runs one statement on the least busy connection, possibly behind statements of others. */
  query(statement: NamedStatement): Promise<StatementResult>;
  /**
   * Runs work on one connection that nobody else uses meanwhile. If `work` calls `discard`, the connection is closed
   * afterwards.
   *
   * @throws {DomainError} `storage_unavailable` or `storage_busy` where no connection is available.
   */
  use<T>(work: (client: PoolClient, discard: (reason: Error) => void) => Promise<T>): Promise<T>;
  end(): Promise<void>;
}

/** Opens connections as needed, up to `most`, and closes unused ones. */
export function openConnections(
  settings: ConnectionSettings,
  most: number,
  queueTimeoutMs: number,
  server: string,
): Connections {
  const pool = new Pool({
    ...clientConfig(settings),
    // Statements are sent immediately, behind those that are not answered yet.
    pipeline: true,
    max: most,
    idleTimeoutMillis: idleMs,
    allowExitOnIdle: true,
  });
  // An idle connection that is lost leaves the pool, and one in use fails its next statement. Neither may end the
  // process.
  pool.on("error", () => {});
  pool.on("connect", (client) => {
    client.on("error", () => {});
  });
  const shared = shareClients(pool, most);
  const tooLong = () =>
    new DomainError(
      "storage_busy",
      `Each of the ${most} connections to ${server} was in use for more than ${queueTimeoutMs} ms; try again in a moment`,
    );
  const gate = createGate(most, queueTimeoutMs, tooLong);
  const sharedGate = createGate(shared.places, queueTimeoutMs, tooLong);
  return {
    query: (statement) => sharedGate.pass(() => shared.use((client) => client.query(statement))),
    use: (work) =>
      gate.pass(async () => {
        const client = await pool.connect().catch((error: unknown) => {
          throw toStorageError(error, server);
        });
        let unfit: Error | undefined;
        try {
          return await work(client, (reason) => {
            unfit = reason;
          });
        } finally {
          client.release(unfit);
        }
      }),
    end: () => pool.end(),
  };
}
