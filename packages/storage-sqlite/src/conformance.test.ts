import { storageConformance } from "@tenantry/storage-testkit";
import { describeSchemas } from "../test/schemas.ts";
import { openTemporary } from "../test/temporary.ts";
import { openSqliteStorage } from "./index.ts";

storageConformance({
  name: "SQLite in a file",
  async open() {
    const directory = openTemporary();
    const path = directory.file("tenantry.db");
    const storage = await openSqliteStorage({ path });
    return {
      storage,
      openAnother: () => openSqliteStorage({ path }),
      describeSchemas: () => describeSchemas(path, directory.file("upgraded.db")),
      async dispose() {
        await storage.close();
        directory.remove();
      },
    };
  },
});

storageConformance({
  name: "SQLite in memory",
  without: {
    "several-processes": "memory belongs to one process",
    "tenant-moves": "memory has no other place",
    "schema-upgrade": "nothing in memory is older than the program",
  },
  async open() {
    const storage = await openSqliteStorage({ path: ":memory:" });
    return { storage, dispose: () => storage.close() };
  },
});
