import { createPostgresDatabase } from "@tenantry/storage-postgres";
import { describe, onTestFinished } from "vitest";
import { createClient } from "../../../storage-postgres/src/connection.ts";
import { migrateDatabase } from "../../../storage-postgres/src/migrate.ts";
import { connectionSettings } from "../../../storage-postgres/src/postgres-storage.ts";
import { makeDatabase, queryOnce } from "../../../storage-postgres/test/database.ts";
import { describeMigratingAtOnce, known, watchLedger } from "../migrate-suite.ts";

describe("on PostgreSQL", () => {
  describeMigratingAtOnce(async () => {
    const { url, drop } = await makeDatabase();
    onTestFinished(drop);
    const urlOf = (database: string) =>
      Object.assign(new URL(url), { pathname: `/${database}` }).href;
    return {
      installation: { url },
      async make(database) {
        await createPostgresDatabase({ url }, database);
        onTestFinished(async () => {
          await queryOnce(url, `DROP DATABASE ${database} WITH (FORCE)`);
        });
        const client = createClient(connectionSettings({ url: urlOf(database) }));
        await client.connect();
        await migrateDatabase(client, known);
        await client.query(`${watchLedger.table}; ${watchLedger.postgres}`);
        await client.end();
      },
      async ran(database) {
        const rows = await queryOnce(urlOf(database), "SELECT name FROM ran");
        return rows.map(({ name }) => String(name));
      },
    };
  });
});
