import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openSqliteStorage } from "@tenantry/storage-sqlite";
import { storageConformance } from "@tenantry/storage-testkit";
import { dedicating } from "../test/dedicated-tenants.ts";
import { createPlacedStorage, createSqlitePlaces } from "./index.ts";

storageConformance({
  name: "SQLite with a file for every tenant",
  without: {
    "schema-upgrade": "the schema is the very one of each database",
    "tenant-moves": "it is what moves them, from one of its databases to another",
  },
  async open() {
    const directory = mkdtempSync(join(tmpdir(), "tenantry-placed-"));
    const server = createSqlitePlaces(join(directory, "tenants"));
    const open = async () => {
      const main = await openSqliteStorage({ path: join(directory, "tenantry.db") });
      return dedicating(createPlacedStorage({ main, server, connections: 20 }), server, () => true);
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
        rmSync(directory, { recursive: true });
      },
    };
  },
});
