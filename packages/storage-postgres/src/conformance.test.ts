import { storageConformance } from "@tenantry/storage-testkit";
import { borrowDatabase, describeSchemas } from "../test/database.ts";
import { openPostgresStorage } from "./index.ts";

storageConformance({
  name: "PostgreSQL",
  async open() {
    const database = await borrowDatabase();
    const storage = await openPostgresStorage({ url: database.url });
    return {
      storage,
      openAnother: () => openPostgresStorage({ url: database.url }),
      describeSchemas: () => describeSchemas(database.url),
      async dispose() {
        await storage.close();
        await database.drop();
      },
    };
  },
});
