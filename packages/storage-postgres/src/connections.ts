import { DomainError } from "@tenantry/core";
import { Pool, type PoolClient } from "pg";
import { type ConnectionSettings, clientConfig } from "./connection.ts";
import { createGate } from "./gate.ts";
import { toStorageError } from "./postgres-error.ts";
import type { NamedStatement, StatementResult } from "./postgres-session.ts";
import { shareClients } from "./shared-clients.ts";

const idleMs = 30_000;

/** A bounded number of connections. */
export interface Connections {
  /** One statement on whichever connection has least to do, beside those of others. */
  query(statement: NamedStatement): Promise<StatementResult>;
  /**
   * Does something on one connection, which nobody else uses meanwhile. An error that `work` gives beside its result makes the
   * connection unfit for others.
   *
   * @throws {DomainError} `storage_unavailable` or `storage_busy` where there is none to be had.
   */
  use<T>(work: (client: PoolClient, discard: (reason: Error) => void) => Promise<T>): Promise<T>;
  end(): Promise<void>;
}

/** Opens connections when they are needed, at most `most` of them, and closes those that nobody needs. */
export function openConnections(
  settings: ConnectionSettings,
  most: number,
  queueTimeoutMs: number,
  server: string,
): Connections {
  const pool = new Pool({
    ...clientConfig(settings),
    // What is asked goes out at once, behind what is not answered yet.
    pipeline: true,
    max: most,
    idleTimeoutMillis: idleMs,
    allowExitOnIdle: true,
  });
  // A connection that is lost while nobody uses it leaves the pool; one in use fails its next statement. Neither may end the process.
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
