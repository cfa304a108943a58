import { DatabaseSync } from "node:sqlite";
import { isDomainError } from "@tenantry/core";
import { migrations } from "@tenantry/storage-sql";
import { tenantRecord } from "@tenantry/storage-testkit/records";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { startChild } from "../test/children.ts";
import { openTemporary } from "../test/temporary.ts";
import { openSqliteStorage } from "./index.ts";

let directory: ReturnType<typeof openTemporary>;
let path: string;

beforeEach(() => {
  directory = openTemporary();
  path = directory.file("tenantry.db");
});

afterEach(() => directory.remove());

function query(sql: string): readonly Record<string, unknown>[] {
  const db = new DatabaseSync(path, { readOnly: true });
  try {
    return db.prepare(sql).all();
  } finally {
    db.close();
  }
}

describe("several processes", () => {
  test("that open a new file at once migrate it once, and all of them can write", async () => {
    const names = ["a", "b", "c", "d"];
    const children = names.map((name) => startChild("open", path, name));
    await Promise.all(children.map((child) => child.hear()));
    for (const child of children) child.tell("go");
    expect(await Promise.all(children.map((child) => child.ended()))).toEqual([0, 0, 0, 0]);
    expect(query("SELECT id FROM tenants ORDER BY id").map(({ id }) => id)).toEqual(names);
    expect(query("SELECT name FROM tenantry_migrations")).toHaveLength(migrations.length);
  });

  test("that write to one file lose nothing, and none's event loop stands still", async () => {
    const children = ["one", "other"].map((name) => startChild("write", path, name));
    await Promise.all(children.map((child) => child.hear()));
    for (const child of children) child.tell("go");
    for (const child of children) {
      const { turns } = (await child.hear()) as { turns: number };
      // As many as it had batches, at the least: each gives the loop a turn.
      expect(turns).toBeGreaterThanOrEqual(10);
      expect(await child.ended()).toBe(0);
    }
    expect(query("SELECT count(*) AS count FROM tenants")).toEqual([{ count: 400 }]);
    const sequences = query("SELECT sequence FROM events ORDER BY sequence");
    expect(sequences.map(({ sequence }) => sequence)).toEqual(
      Array.from({ length: 400 }, (_, index) => index + 1),
    );
  });

  test("wait for each other without stopping the event loop, and come through", async () => {
    const child = startChild("hold", path, "importer");
    await child.hear();
    const storage = await openSqliteStorage({ path });
    let isDone = false;
    const waiting = storage
      .transaction("t", (ports) => ports.tenants.insert(tenantRecord("t")))
      .then(() => {
        isDone = true;
      });
    // Timers fire while it waits; only then is it let through.
    for (let tick = 0; tick < 20; tick += 1) await new Promise((tock) => setTimeout(tock, 1));
    expect(isDone).toBe(false);
    expect(await storage.committed.tenants.find("t")).toBeUndefined();
    child.tell("release");
    await waiting;
    expect(await storage.committed.tenants.find("t")).toBeDefined();
    await storage.close();
    expect(await child.ended()).toBe(0);
  });

  test("are told who holds the file when they have waited long enough", async () => {
    const child = startChild("hold", path, "importer");
    await child.hear();
    const storage = await openSqliteStorage({ path, busyTimeoutMs: 20 });
    const failed = await failureOf(storage.transaction("t", () => 1));
    expect(isDomainError(failed, "storage_busy")).toBe(true);
    expect(String(failed)).toContain(`importer (process ${child.pid}, since `);
    await child.kill();
    // What was killed holds no lock, whatever its note says.
    await storage.transaction("t", (ports) => ports.tenants.insert(tenantRecord("t")));
    await storage.close();
  });

  test("are not told of a program that was killed, or of one that is done, as the holder", async () => {
    const child = startChild("hold", path, "importer");
    await child.hear();
    await child.kill();
    const other = new DatabaseSync(path);
    other.exec("BEGIN IMMEDIATE");
    const storage = await openSqliteStorage({ path, busyTimeoutMs: 20 });
    expect(String(await failureOf(storage.transaction("t", () => 1)))).toContain(
      "held by another program",
    );
    other.exec("ROLLBACK");
    await storage.transaction("t", () => 1);
    other.exec("BEGIN IMMEDIATE");
    // This very process wrote last, and its note says that it is done.
    expect(String(await failureOf(storage.transaction("t", () => 1)))).toContain(
      "held by another program",
    );
    other.close();
    await storage.close();
  });
});

async function failureOf(action: Promise<unknown>): Promise<unknown> {
  try {
    await action;
  } catch (error) {
    return error;
  }
  return undefined;
}
