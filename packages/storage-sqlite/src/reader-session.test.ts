import { DatabaseSync } from "node:sqlite";
import { createPorts } from "@tenantry/storage-sql";
import { tenantRecord } from "@tenantry/storage-testkit/records";
import { afterEach, beforeEach, expect, test } from "vitest";
import { openTemporary } from "../test/temporary.ts";
import { openSqliteStorage } from "./index.ts";
import { createReaderSession } from "./reader-session.ts";

let directory: ReturnType<typeof openTemporary>;
let reader: DatabaseSync;
let other: DatabaseSync;

/** Without the write-ahead log a program can have the file for itself, as one has that recovers it. */
beforeEach(async () => {
  directory = openTemporary();
  const path = directory.file("tenantry.db");
  const storage = await openSqliteStorage({ path });
  await storage.transaction("t", (ports) => ports.tenants.insert(tenantRecord("t")));
  await storage.close();
  other = new DatabaseSync(path);
  other.exec("PRAGMA journal_mode = DELETE");
  reader = new DatabaseSync(path, { timeout: 0 });
});

afterEach(() => {
  reader.close();
  other.close();
  directory.remove();
});

const ports = (busyTimeoutMs: number) =>
  createPorts(createReaderSession(reader, "tenantry.db", busyTimeoutMs));

test("answers at once, with a value and no promise", () => {
  expect(ports(5000).tenants.find("t")).toEqual(tenantRecord("t"));
});

test("waits for a file that another program has for itself, and the event loop goes on", async () => {
  other.exec("BEGIN EXCLUSIVE");
  const found = ports(5000).tenants.find("t");
  expect(found).toBeInstanceOf(Promise);
  for (let tick = 0; tick < 5; tick += 1) await new Promise((tock) => setTimeout(tock, 1));
  other.exec("COMMIT");
  expect(await found).toEqual(tenantRecord("t"));
});

test("gives up when it has waited long enough, and says that the file is in use", async () => {
  other.exec("BEGIN EXCLUSIVE");
  await expect(ports(5).tenants.find("t")).rejects.toMatchObject({
    name: "DomainError",
    code: "storage_busy",
    message: "tenantry.db is in use by another program; try again in a moment",
  });
});
