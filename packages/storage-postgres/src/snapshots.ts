import type { Ports, Storage } from "@tenantry/core";
import { createPorts } from "@tenantry/storage-sql";
import type { Connections } from "./connections.ts";
import { toStorageError } from "./postgres-error.ts";
import { createPostgresSession } from "./postgres-session.ts";
import { setTenant } from "./tenant-setting.ts";

/** Setting the tenant takes the snapshot; BEGIN alone does not. It lasts however long its reader takes. */
const begin =
  "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY; SET LOCAL idle_in_transaction_session_timeout = 0";

/** Snapshots: each body has its own connection, sees one moment of the data, and blocks nobody. */
export function createSnapshots(connections: Connections, server: string): Storage["snapshot"] {
  return <T>(tenantId: string | null, body: (ports: Ports) => Promise<T>) =>
    connections.use(async (client, discard) => {
      try {
        await client.query(`${begin}; ${setTenant(tenantId)}`);
        const session = createPostgresSession(
          server,
          "in a transaction",
          (statement) => client.query(statement),
          refuseChange,
        );
        return await body(createPorts({ ...session, run: refuseChange, write: refuseChange }));
      } catch (error) {
        throw toStorageError(error, server);
      } finally {
        await client.query("ROLLBACK").catch(discard);
      }
    });
}

function refuseChange(): never {
  throw new Error("A snapshot is not written to");
}
