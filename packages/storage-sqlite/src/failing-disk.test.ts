import { DatabaseSync } from "node:sqlite";
import { eventRecord } from "@tenantry/storage-testkit/records";
import { afterEach, beforeEach, expect, test } from "vitest";
import { startChildWithoutRoom } from "../test/children.ts";
import { openTemporary } from "../test/temporary.ts";
import { openSqliteStorage } from "./index.ts";
import { toStorageError } from "./sqlite-error.ts";

let directory: ReturnType<typeof openTemporary>;

beforeEach(() => {
  directory = openTemporary();
});

afterEach(() => directory.remove());

interface Filled {
  readonly acknowledged: number;
  readonly refusals: readonly { readonly code: string; readonly message: string }[];
  readonly isReadable: boolean;
}

test("refuses what does not fit, keeps what was acknowledged, and can still be read", async () => {
  const path = directory.file("tenantry.db");
  const child = startChildWithoutRoom(1200, "fill", path);
  const { acknowledged, refusals, isReadable } = (await child.hear()) as Filled;
  expect(await child.ended()).toBe(0);
  expect(acknowledged).toBeGreaterThan(0);
  expect(refusals.map(({ code }) => code)).toEqual(["storage_unavailable", "storage_unavailable"]);
  expect(refusals[0]?.message).toContain(path);
  expect(isReadable).toBe(true);
  const db = new DatabaseSync(path);
  expect(db.prepare("PRAGMA integrity_check").get()).toEqual({ integrity_check: "ok" });
  expect(db.prepare("SELECT count(*) AS count FROM tenants").get()).toEqual({
    count: acknowledged,
  });
  db.close();
});

test("hears of what others commit after a commit of its own that did not fit", async () => {
  const path = directory.file("tenantry.db");
  const child = startChildWithoutRoom(1200, "fill and listen", path);
  expect(await child.hear()).toBe("full");
  const storage = await openSqliteStorage({ path });
  await storage.transaction("t", (ports) => ports.events.append(eventRecord("t", "theirs", 1)));
  await storage.close();
  child.tell("look");
  expect(await child.hear()).toMatchObject([[{ entity_id: "theirs" }]]);
  expect(await child.ended()).toBe(0);
});

test("says that the disk is full, and that nothing was changed", () => {
  const db = new DatabaseSync(":memory:");
  db.exec("CREATE TABLE t (a); PRAGMA max_page_count = 2");
  let failure: unknown;
  try {
    db.exec(`INSERT INTO t VALUES ('${"x".repeat(20_000)}')`);
  } catch (error) {
    failure = toStorageError(error, "tenantry.db");
  }
  expect(failure).toMatchObject({
    name: "DomainError",
    code: "storage_unavailable",
    message:
      "The disk that holds tenantry.db is full. Nothing was changed; free some space and try again",
  });
  db.close();
});
