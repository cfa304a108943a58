import { forgetAllChanges, type Storage, type StorageMoves } from "@tenantry/core";
import { postgresDialect, watchStatements } from "@tenantry/storage-sql";
import { escapeLiteral, type QueryResult } from "pg";
import { advisoryKey } from "./advisory-locks.ts";
import { type ConnectionSettings, connectOnce } from "./connection.ts";
import type { Connections } from "./connections.ts";
import { toStorageError } from "./postgres-error.ts";
import { findable } from "./postgres-session.ts";
import { setTenant } from "./tenant-setting.ts";

const fenceKey = (tenantId: string) => advisoryKey("fence", tenantId);

/**
 * What a tenant's transaction sends with its BEGIN to check the fence. Writers share an advisory lock that setting
 * the fence takes exclusively: so setting it waits for running transactions, and later ones see it. An advisory lock
 * writes nothing, while locking the tenant's row would write that row in every transaction.
 */
export function passFence(tenantId: string): string {
  return `; SELECT pg_advisory_xact_lock_shared(${fenceKey(tenantId)}); SELECT fenced FROM tenants WHERE id = ${escapeLiteral(findable(tenantId))}`;
}

/** @param results The results of a message that ends with {@link passFence}. */
export function isFenced(results: readonly QueryResult[]): boolean {
  return results.at(-1)?.rows[0]?.fenced === 1;
}

interface MoveParts {
  /** The settings of the tables' owner. */
  readonly owner: ConnectionSettings;
  readonly writers: Connections;
  readonly server: string;
  /** Runs transactions that pass the fence. */
  readonly write: Storage["transaction"];
}

export function createMoves({ owner, writers, server, write }: MoveParts): StorageMoves {
  async function execute(statements: readonly string[]): Promise<void> {
    try {
      await connectOnce(owner, (client) => client.query(`BEGIN; ${statements.join("; ")}; COMMIT`));
    } catch (error) {
      throw toStorageError(error, server);
    }
  }

  return {
    watch: (tenantId) => execute(watchStatements(postgresDialect, tenantId).begin),
    async unwatch(tenantId) {
      await execute(watchStatements(postgresDialect, tenantId).end);
      await write(tenantId, ({ moves }) => forgetAllChanges(moves, tenantId));
    },
    async fence(tenantId, isFenced) {
      await writers.use(async (client, discard) => {
        try {
          await client.query(
            `BEGIN; ${setTenant(tenantId)}; SELECT pg_advisory_xact_lock(${fenceKey(tenantId)});
              UPDATE tenants SET fenced = ${isFenced ? 1 : 0} WHERE id = ${escapeLiteral(tenantId)}; COMMIT`,
          );
        } catch (error) {
          await client.query("ROLLBACK").catch(discard);
          throw toStorageError(error, server);
        }
      });
    },
    write,
  };
}
