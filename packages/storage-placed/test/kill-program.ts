/** Makes a tenant with a database of its own and is killed at a step of it: `main N before|after` or `make before|after`. */
import { join } from "node:path";
import { openPostgresStorage } from "@tenantry/storage-postgres";
import { openSqliteStorage } from "@tenantry/storage-sqlite";
import { tenantRecord } from "@tenantry/storage-testkit/records";
import { createPlacedStorage, createPostgresPlaces, createSqlitePlaces } from "../src/index.ts";

const [where = "", step = "", when = ""] = process.argv.slice(2);
const url = where.startsWith("postgres") ? where : undefined;

function dieAt(reached: string, moment: string): void {
  if (reached === step && moment === when) process.kill(process.pid, "SIGKILL");
}

const main = url
  ? await openPostgresStorage({ url })
  : await openSqliteStorage({ path: join(where, "tenantry.db") });
const server = url ? createPostgresPlaces({ url }) : createSqlitePlaces(join(where, "tenants"));
let transactions = 0;

const storage = createPlacedStorage({
  connections: 20,
  main: {
    ...main,
    async transaction(tenantId, body) {
      transactions += 1;
      const number = `main ${transactions}`;
      dieAt(number, "before");
      const result = await main.transaction(tenantId, body);
      dieAt(number, "after");
      return result;
    },
  },
  server: {
    ...server,
    async make(database) {
      dieAt("make", "before");
      await server.make(database);
      dieAt("make", "after");
    },
  },
});

const tenant = tenantRecord("t", { placement: "dedicated" });
await storage.places.withNewPlace(tenant, () =>
  storage.transaction("t", (ports) => ports.tenants.insert(tenant)),
);
await storage.close();
