import { openPostgresStorage } from "@tenantry/storage-postgres";
import { storageConformance } from "@tenantry/storage-testkit";
import { borrowDatabase } from "../../../storage-postgres/test/database.ts";
import { createPlacedStorage, type PlaceServer } from "../../src/index.ts";
import { dedicating } from "../dedicated-tenants.ts";

/** A server whose databases are borrowed: making one takes longer than most tests. */
function openBorrowingServer() {
  const borrowed = new Map<string, Awaited<ReturnType<typeof borrowDatabase>>>();
  const server: PlaceServer = {
    connections: { least: 3, most: 5 },
    async make(database) {
      borrowed.set(database, await borrowDatabase());
    },
    async open(database, connections) {
      const url = borrowed.get(database)?.url ?? "";
      return await openPostgresStorage({ url, poolSize: connections - 1 });
    },
    exists: async () => true,
    async drop() {},
    tryLock: async () => undefined,
  };
  return {
    server,
    async giveBack() {
      for (const database of borrowed.values()) await database.drop();
    },
  };
}

storageConformance({
  name: "PostgreSQL with databases for some tenants",
  without: {
    "schema-upgrade": "the schema is the very one of each database",
    "tenant-moves": "it is what moves them, from one of its databases to another",
  },
  async open() {
    const database = await borrowDatabase();
    const { server, giveBack } = openBorrowingServer();
    const open = async () => {
      const main = await openPostgresStorage({ url: database.url });
      const placed = createPlacedStorage({ main, server, connections: 20 });
      return dedicating(placed, server, (tenantId) => tenantId.endsWith("a"));
    };
    const storage = await open();
    return {
      storage,
      async openAnother() {
        const another = await open();
        // Nothing is believed of a database that is not open, and nothing told of it: this one listens from now on.
        const placements = await another.committed.placements.list("", 10);
        for (const { tenant_id } of placements) await another.committed.tenants.find(tenant_id);
        return another;
      },
      async dispose() {
        await storage.close();
        await giveBack();
        await database.drop();
      },
    };
  },
});
