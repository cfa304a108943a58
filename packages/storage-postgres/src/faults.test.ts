import { tenantRecord, userRecord } from "@tenantry/storage-testkit/records";
import { expect, onTestFinished, test } from "vitest";
import { borrowDatabase, queryOnce } from "../test/database.ts";
import { stayOpen } from "../test/staying-open.ts";
import { openPostgresStorage } from "./index.ts";

async function open() {
  const { url, drop } = await borrowDatabase();
  onTestFinished(drop);
  const storage = await openPostgresStorage({ url });
  onTestFinished(() => storage.close());
  await storage.transaction("t", (ports) => ports.tenants.insert(tenantRecord("t")));
  return { storage, url };
}

/**
 * Makes the server report a full disk when the trigger fires, with its own code for that. The test's end makes room,
 * because another test gets the database.
 *
 * @returns what makes room.
 */
async function fillDisk(
  url: string,
  message: string,
  trigger: string,
): Promise<() => Promise<void>> {
  const makeRoom = async () => {
    await queryOnce(url, "DROP FUNCTION IF EXISTS fill_disk() CASCADE");
  };
  onTestFinished(makeRoom);
  await queryOnce(
    url,
    `CREATE FUNCTION fill_disk() RETURNS trigger LANGUAGE plpgsql AS
      $$ BEGIN RAISE '${message}' USING ERRCODE = 'disk_full'; END $$;
    CREATE ${trigger} EXECUTE FUNCTION fill_disk()`,
  );
  return makeRoom;
}

test("says that the disk is full, keeps nothing of the transaction, and goes on when there is room", async () => {
  const { storage, url } = await open();
  const makeRoom = await fillDisk(
    url,
    "could not extend file: No space left on device",
    "TRIGGER fill_disk BEFORE INSERT ON users FOR EACH ROW WHEN (NEW.id = 'last')",
  );
  const write = () =>
    storage.transaction("t", async (ports) => {
      for (const id of ["first", "last", "after"]) await ports.users.insert(userRecord("t", id));
    });
  await expect(write()).rejects.toMatchObject({
    code: "storage_unavailable",
    message: expect.stringMatching(
      /^The disk of PostgreSQL at .* is full\. Nothing was changed; free/,
    ),
  });
  expect(await storage.committed.users.find("t", "first")).toBeUndefined();
  await makeRoom();
  await write();
  expect(await storage.committed.users.find("t", "after")).toBeDefined();
});

test("does not say that nothing was changed if the server itself fails over a commit", async () => {
  const { storage, url } = await open();
  const makeRoom = await fillDisk(
    url,
    'could not write to file "pg_wal/xlogtemp"',
    "CONSTRAINT TRIGGER fill_disk AFTER INSERT ON users DEFERRABLE INITIALLY DEFERRED FOR EACH ROW",
  );
  const write = () =>
    storage.transaction("t", (ports) => ports.users.insert(userRecord("t", "one")));
  await expect(write()).rejects.toMatchObject({
    code: "storage_unavailable",
    message: expect.stringMatching(
      /^PostgreSQL at .* failed \(could not write to file "pg_wal\/xlogtemp"\) while it committed; whether the change was kept is not known/,
    ),
  });
  await makeRoom();
  await write();
  expect(await storage.committed.users.find("t", "one")).toBeDefined();
});

test("says that a query was cancelled, keeps nothing of the transaction, and uses the connection again", async () => {
  const { storage, url } = await open();
  let begin = () => {};
  let end = () => {};
  const isHeld = new Promise<void>((resolve) => {
    begin = resolve;
  });
  const mayEnd = new Promise<void>((resolve) => {
    end = resolve;
  });
  const holder = stayOpen(storage, "t", async (ports) => {
    await ports.tenants.lock("t");
    begin();
    await mayEnd;
  });
  await isHeld;
  const waiting = storage.transaction("t", async (ports) => {
    await ports.users.insert(userRecord("t", "ann"));
    await ports.tenants.lock("t");
  });
  const refused = expect(waiting).rejects.toMatchObject({
    code: "storage_busy",
    message: "The storage took too long and the query was cancelled",
  });
  await expect
    .poll(() =>
      queryOnce(
        url,
        `SELECT pg_cancel_backend(pid) AS cancelled FROM pg_stat_activity
          WHERE datname = current_database() AND wait_event_type = 'Lock'`,
      ),
    )
    .toEqual([{ cancelled: true }]);
  await refused;
  end();
  await holder;
  expect(await storage.committed.users.find("t", "ann")).toBeUndefined();
  await storage.transaction("t", (ports) => ports.users.insert(userRecord("t", "ann")));
  expect(await storage.committed.users.find("t", "ann")).toBeDefined();
});

test("refuses as busy a fence that a write of its tenant keeps waiting too long, and uses the connection again", async () => {
  const { storage, url } = await open();
  const other = await openPostgresStorage({ url, busyTimeoutMs: 50, poolSize: 2 });
  onTestFinished(() => other.close());
  const isHeld = Promise.withResolvers<void>();
  const mayEnd = Promise.withResolvers<void>();
  const holder = stayOpen(storage, "t", async (ports) => {
    await ports.tenants.find("t");
    isHeld.resolve();
    await mayEnd.promise;
  });
  await isHeld.promise;
  await expect(other.moves?.fence("t", true)).rejects.toMatchObject({ code: "storage_busy" });
  await other.moves?.fence("another tenant", true);
  await other.transaction("t", (ports) => ports.users.insert(userRecord("t", "ann")));
  mayEnd.resolve();
  await holder;
  expect(await storage.committed.users.find("t", "ann")).toBeDefined();
});
