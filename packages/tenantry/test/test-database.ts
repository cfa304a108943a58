import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { onTestFinished } from "vitest";
import { borrowDatabase, makeDatabase, queryOnce } from "../../storage-postgres/test/database.ts";

type Row = Readonly<Record<string, unknown>>;

/** A database of one test, with a way in beside the engine. */
export interface TestDatabase {
  readonly url: string;
  query(sql: string): Promise<readonly Row[]>;
}

/** Whether this run is the one on PostgreSQL: the same guarantees, on the other storage. */
export const isPostgres = process.env.TENANTRY_TEST_STORAGE === "postgres";

/**
 * An empty database of the storage that this run tests, gone with the test.
 *
 * @param changesSchema Nobody else can have it afterwards.
 */
export async function makeTestDatabase(changesSchema = false): Promise<TestDatabase> {
  if (!isPostgres) return makeSqliteFile();
  const { url, drop } = changesSchema ? await makeDatabase() : await borrowDatabase();
  onTestFinished(drop);
  return { url, query: (sql) => queryOnce(url, sql) };
}

function makeSqliteFile(): TestDatabase {
  const directory = mkdtempSync(join(tmpdir(), "tenantry-"));
  onTestFinished(() => rmSync(directory, { recursive: true, force: true }));
  const file = join(directory, "t.db");
  return {
    url: `sqlite:${file}`,
    async query(sql) {
      const database = new DatabaseSync(file);
      try {
        return database.prepare(sql).all();
      } finally {
        database.close();
      }
    },
  };
}
