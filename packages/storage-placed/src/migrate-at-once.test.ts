import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { describe, onTestFinished } from "vitest";
import { migrateHandle } from "../../storage-sqlite/src/migrate.ts";
import { describeMigratingAtOnce, known, watchLedger } from "../test/migrate-suite.ts";

describe("on SQLite", () => {
  describeMigratingAtOnce(async () => {
    const directory = mkdtempSync(join(tmpdir(), "tenantry-at-once-"));
    onTestFinished(() => rmSync(directory, { recursive: true, force: true }));
    const tenants = join(directory, "tenants");
    mkdirSync(tenants);
    const open = (database: string) => new DatabaseSync(join(tenants, `${database}.db`));
    return {
      installation: { directory },
      async make(database) {
        const db = open(database);
        await migrateHandle(db, known);
        db.exec(`${watchLedger.table}; ${watchLedger.sqlite}`);
        db.close();
      },
      async ran(database) {
        const db = open(database);
        const rows = db.prepare("SELECT name FROM ran").all();
        db.close();
        return rows.map(({ name }) => String(name));
      },
    };
  });
});
