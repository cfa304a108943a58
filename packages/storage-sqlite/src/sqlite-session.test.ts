import { DatabaseSync } from "node:sqlite";
import { definedQueries, defineEveryPage, sqliteDialect } from "@tenantry/storage-sql";
import { expect, test } from "vitest";
import { openTemporary } from "../test/temporary.ts";
import { isWritingStatement } from "./sqlite-session.ts";
import { openSqliteStorage } from "./sqlite-storage.ts";

test("knows of every query whether it writes, as SQLite knows it", async () => {
  const directory = openTemporary();
  const path = directory.file("tenantry.db");
  await (await openSqliteStorage({ path })).close();
  const db = new DatabaseSync(path, { readOnly: true });
  defineEveryPage();
  for (const query of definedQueries()) {
    const { sql } = query.compile(sqliteDialect);
    const steps = db.prepare(`EXPLAIN ${sql}`).all();
    // The step that opens a transaction says by its second number whether for writing.
    const writes = steps.some(({ opcode, p2 }) => opcode === "Transaction" && p2 !== 0);
    expect(isWritingStatement(sql), query.name).toBe(writes);
  }
  db.close();
  directory.remove();
});
