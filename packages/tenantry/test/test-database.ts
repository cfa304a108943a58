import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { onTestFinished } from "vitest";
import { queryDirectory } from "../../storage-json/test/query-directory.ts";
import { borrowDatabase, makeDatabase, queryOnce } from "../../storage-postgres/test/database.ts";

type Row = Readonly<Record<string, unknown>>;

/** A database of one test, with a way in beside the engine. */
export interface TestDatabase {
  readonly url: string;
  query(sql: string): Promise<readonly Row[]>;
}

/** Whether this run is the one on PostgreSQL: the same guarantees, on the other storage. */
export const isPostgres = process.env.TENANTRY_TEST_STORAGE === "postgres";

/** Whether this run is the one on a JSON directory. */
export const isJson = process.env.TENANTRY_TEST_STORAGE === "json";

/**
 * An empty database of the storage that this run tests, gone with the test.
 *
 * @param changesSchema Nobody else can have it afterwards.
 */
export async function makeTestDatabase(changesSchema = false): Promise<TestDatabase> {
  if (isJson) return makeJsonDirectory();
  if (!isPostgres) return makeSqliteFile();
  const { url, drop } = changesSchema ? await makeDatabase() : await borrowDatabase();
  onTestFinished(drop);
  return { url, query: (sql) => queryOnce(url, sql) };
}

function makeDirectory(): string {
  const directory = mkdtempSync(join(tmpdir(), "tenantry-"));
  onTestFinished(() => rmSync(directory, { recursive: true, force: true }));
  return directory;
}

function makeJsonDirectory(): TestDatabase {
  const directory = makeDirectory();
  return { url: `json:${directory}`, query: (sql) => queryDirectory(directory, sql) };
}

function makeSqliteFile(): TestDatabase {
  const directory = makeDirectory();
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
