import { chmodSync, mkdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { DatabaseSync } from "node:sqlite";
import { sqliteApplicationId } from "@tenantry/storage-sql";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { openTemporary } from "../test/temporary.ts";
import { assertSqliteVersion } from "./connection.ts";
import { openSqliteStorage } from "./index.ts";

let directory: ReturnType<typeof openTemporary>;
let path: string;

beforeEach(() => {
  directory = openTemporary();
  path = directory.file("tenantry.db");
});

afterEach(() => directory.remove());

const open = (file = path) => openSqliteStorage({ path: file });
const make = async () => (await open()).close();
const mode = (file: string) => statSync(file).mode & 0o777;

describe("opening a database file", () => {
  test("makes it, its directory and what lies beside it readable by their owner alone", async () => {
    const inside = directory.file("new/deep/tenantry.db");
    const storage = await open(inside);
    expect([mode(directory.file("new")), mode(directory.file("new/deep"))]).toEqual([0o700, 0o700]);
    for (const end of ["", "-wal", "-shm", ".writer"]) expect(mode(inside + end)).toBe(0o600);
    await storage.close();
  });

  test("leaves the rights of a file that is there", async () => {
    await make();
    chmodSync(path, 0o640);
    await make();
    expect(mode(path)).toBe(0o640);
  });

  test("opens what it made, as often as it likes", async () => {
    await make();
    const before = new DatabaseSync(path);
    const version = before.prepare("PRAGMA schema_version").get();
    before.close();
    await make();
    const after = new DatabaseSync(path);
    expect(after.prepare("PRAGMA schema_version").get()).toEqual(version);
    after.close();
  });
});

describe("refuses, says what to do, and leaves as it was", () => {
  const refused: readonly (readonly [string, string, RegExp, () => void])[] = [
    [
      "a file that is no database",
      "storage_damaged",
      /restore a backup/,
      () =>
        writeFileSync(path, "not a database, but long enough to be read as if it were".repeat(40)),
    ],
    [
      "a directory",
      "storage_unavailable",
      /is a directory.*Name a file in it/,
      () => mkdirSync(path),
    ],
    [
      "a database of another program",
      "storage_unavailable",
      /another program.*name another file/,
      () => sql("CREATE TABLE theirs (a)"),
    ],
    [
      "a database of another program that is empty as yet",
      "storage_unavailable",
      /another program/,
      () => sql("PRAGMA application_id = 42"),
    ],
    [
      "a database with the mark of ours and nothing else in a damaged page",
      "storage_damaged",
      /damaged/,
      () => {
        sql(
          `PRAGMA application_id = ${sqliteApplicationId}; CREATE TABLE tenantry_migrations (name)`,
        );
        const bytes = readFileSync(path);
        writeFileSync(path, bytes.fill(0xa5, 100, 4096));
      },
    ],
  ];

  for (const [what, code, message, prepare] of refused) {
    test(what, async () => {
      prepare();
      const before = statSync(path).isFile() ? readFileSync(path) : undefined;
      const opened = open();
      await expect(opened).rejects.toMatchObject({ name: "DomainError", code });
      await expect(opened).rejects.toThrow(message);
      if (before !== undefined) expect(readFileSync(path).equals(before)).toBe(true);
    });
  }

  test("a schema that is newer than the program", async () => {
    await make();
    sql("INSERT INTO tenantry_migrations VALUES ('9999-from-the-future', '2030-01-01')");
    await expect(open()).rejects.toMatchObject({ code: "storage_newer" });
    await expect(open()).rejects.toThrow(/9999-from-the-future.*update this program/);
  });

  test("a place inside a file", async () => {
    writeFileSync(path, "");
    await expect(open(`${path}/tenantry.db`)).rejects.toMatchObject({
      code: "storage_unavailable",
    });
  });

  // Nothing is unwritable for root.
  test.skipIf(process.getuid?.() === 0)("a file that may not be written", async () => {
    await make();
    chmodSync(path, 0o400);
    await expect(open()).rejects.toThrow(/Give this program the right to write/);
  });

  test("an SQLite that can lose commits", () => {
    for (const version of ["3.51.2", "3.50.9", "2.99.0", "3.51", undefined]) {
      expect(() => assertSqliteVersion(version ?? "0")).toThrow(/use Node 24/);
    }
    for (const version of ["3.51.3", "3.51.10", "3.53.0", "4.0.0"]) assertSqliteVersion(version);
  });

  test("a page that turns out to be damaged when it is read", async () => {
    await make();
    const bytes = readFileSync(path);
    const { rootpage } = readRoot("tenants");
    bytes.fill(0xa5, (rootpage - 1) * 4096, rootpage * 4096);
    writeFileSync(path, bytes);
    const storage = await open();
    const read = async () => await storage.committed.tenants.find("t");
    await expect(read()).rejects.toMatchObject({ code: "storage_damaged" });
    await storage.close();
  });
});

function sql(text: string): void {
  const db = new DatabaseSync(path);
  db.exec(text);
  db.close();
}

function readRoot(table: string): { rootpage: number } {
  const db = new DatabaseSync(path, { readOnly: true });
  const row = db
    .prepare("SELECT rootpage FROM sqlite_schema WHERE name = ?")
    .get(`sqlite_autoindex_${table}_1`);
  db.close();
  return row as { rootpage: number };
}
