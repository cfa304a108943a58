import { DatabaseSync } from "node:sqlite";
import { migrations } from "@tenantry/storage-sql";
import { openHandle } from "../src/connection.ts";
import { openSqliteStorage } from "../src/index.ts";
import { migrateHandle } from "../src/migrate.ts";

/** The schema of a new file, and that of one which had the first release's and was opened by this program. */
export async function describeSchemas(freshPath: string, upgradedPath: string) {
  const old = openHandle(upgradedPath);
  await migrateHandle(old, migrations.slice(0, 1));
  old.close();
  await (await openSqliteStorage({ path: upgradedPath })).close();
  return { fresh: describeSchema(freshPath), upgraded: describeSchema(upgradedPath) };
}

/** Everything that SQLite says of a file's schema, in one order. */
export function describeSchema(path: string): string {
  const db = new DatabaseSync(path, { readOnly: true });
  try {
    const objects = db
      .prepare("SELECT type, name, sql FROM sqlite_schema ORDER BY type, name")
      .all();
    const statistics = db
      .prepare("SELECT tbl, idx, stat FROM sqlite_stat1 ORDER BY tbl, idx")
      .all();
    return JSON.stringify([objects, statistics], null, 1);
  } finally {
    db.close();
  }
}
