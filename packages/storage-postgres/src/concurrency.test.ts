import { DomainError, type Storage } from "@tenantry/core";
import {
  eventRecord,
  roleRecord,
  tenantRecord,
  userRecord,
} from "@tenantry/storage-testkit/records";
import { expect, onTestFinished, test } from "vitest";
import { borrowDatabase, queryOnce } from "../test/database.ts";
import { stayOpen } from "../test/staying-open.ts";
import { openPostgresStorage, type PostgresStorageOptions } from "./index.ts";

async function openPair(options: Partial<PostgresStorageOptions> = {}) {
  const { url, drop } = await borrowDatabase();
  onTestFinished(drop);
  const open = () => openPostgresStorage({ url, ...options });
  const [one, other] = await Promise.all([open(), open()]);
  onTestFinished(async () => {
    await Promise.all([one.close(), other.close()]);
  });
  await one.transaction("t", (ports) => ports.tenants.insert(tenantRecord("t")));
  return { one, other, url };
}

/** A promise, and what resolves it. */
function signal() {
  let give = () => {};
  const given = new Promise<void>((resolve) => {
    give = resolve;
  });
  return { given, give };
}

/** Resolves when a transaction of the database waits for a lock. */
async function somebodyWaits(url: string): Promise<void> {
  await expect
    .poll(() => queryOnce(url, "SELECT 1 FROM pg_locks WHERE NOT granted"))
    .not.toEqual([]);
}

test("runs a body once more that lost a race for a unique name, so that it decides on what is there", async () => {
  const { one, other, url } = await openPair();
  const isInserted = signal();
  const mayEnd = signal();
  const first = stayOpen(one, "t", async (ports) => {
    await ports.users.insert(userRecord("t", "ann"));
    isInserted.give();
    await mayEnd.given;
  });
  await isInserted.given;
  let runs = 0;
  const second = other.transaction("t", async (ports) => {
    runs += 1;
    if ((await ports.users.find("t", "ann")) !== undefined) return "found";
    await ports.users.insert(userRecord("t", "ann"));
    return "inserted";
  });
  await somebodyWaits(url);
  mayEnd.give();
  await first;
  expect([await second, runs]).toEqual(["found", 2]);
});

test("runs both bodies to their end that waited for each other in a circle", async () => {
  const { one, other } = await openPair();
  await one.transaction("u", (ports) => ports.tenants.insert(tenantRecord("u")));
  const isHeld = [signal(), signal()] as const;
  const revisions: (number | undefined)[] = [];
  const lockBoth = (storage: Storage, own: 0 | 1, ids: readonly [string, string]) =>
    stayOpen(storage, null, async (ports) => {
      await ports.tenants.lock(ids[0]);
      isHeld[own].give();
      await isHeld[own === 0 ? 1 : 0].given;
      revisions[own] = (await ports.tenants.lock(ids[1]))?.revision;
    });
  await Promise.all([lockBoth(one, 0, ["t", "u"]), lockBoth(other, 1, ["u", "t"])]);
  expect(revisions.sort()).toEqual([2, 3]);
});

test("tells of the changes of a body that ran twice once", async () => {
  const { one } = await openPair();
  await one.transaction("t", (ports) => ports.users.insert(userRecord("t", "ann")));
  const told: unknown[] = [];
  one.onChange((changes) => told.push(...changes));
  await one.transaction("t", async (ports) => {
    await ports.events.append(eventRecord("t", "c", 1));
    const refused = await Promise.resolve(ports.users.insert(userRecord("t", "ann"))).catch(
      (error: unknown) => error,
    );
    expect(refused).toBeInstanceOf(DomainError);
    await ports.events.append(eventRecord("t", "c", 2));
  });
  expect(told).toHaveLength(2);
});

test("lets the second request with an idempotency key wait for the first, in another process, and find its answer", async () => {
  const { one, other, url } = await openPair();
  const isFound = signal();
  const mayEnd = signal();
  const first = stayOpen(one, "t", async (ports) => {
    await ports.idempotency.find("t", "user:a", "key");
    isFound.give();
    await mayEnd.given;
    await ports.idempotency.insert({
      tenant_id: "t",
      principal: "user:a",
      idempotency_key: "key",
      fingerprint: "f",
      result: "{}",
      created_at: "2026-01-01T00:00:00.000Z",
      expires_at: "2026-01-02T00:00:00.000Z",
    });
  });
  await isFound.given;
  const second = other.transaction("t", (ports) => ports.idempotency.find("t", "user:a", "key"));
  await somebodyWaits(url);
  mayEnd.give();
  await first;
  expect(await second).toMatchObject({ result: "{}" });
});

test("gives several servers that start at once the same signing key", async () => {
  const { one, other } = await openPair();
  const ensure = (storage: Storage, id: string) =>
    storage.transaction(null, async (ports) => {
      if ((await ports.keys.listSigningKeys()).length > 0) return;
      await ports.keys.insertSigningKey({
        id,
        algorithm: "EdDSA",
        public_jwk: "{}",
        private_jwk: "{}",
        created_at: id,
      });
    });
  await Promise.all(
    Array.from({ length: 10 }, (_, i) => ensure(i % 2 === 0 ? one : other, `key-${i}`)),
  );
  expect(await one.committed.keys.listSigningKeys()).toHaveLength(1);
});

test("lets a role's key be the tenant's or an organization's own, whoever makes it first", async () => {
  const { one, other, url } = await openPair();
  const isInserted = signal();
  const mayEnd = signal();
  const first = stayOpen(one, "t", async (ports) => {
    await ports.roles.insert(roleRecord("t", "auditor"));
    isInserted.give();
    await mayEnd.given;
  });
  await isInserted.given;
  const second = other.transaction("t", (ports) =>
    ports.roles.insert(roleRecord("t", "auditor", { organization_id: "org" })),
  );
  const refused = expect(second).rejects.toMatchObject({ code: "role_key_taken" });
  await somebodyWaits(url);
  mayEnd.give();
  await first;
  await refused;
});

test("refuses a write as busy that waits too long for another's lock, and does the next one", async () => {
  const { one, other } = await openPair({ busyTimeoutMs: 200 });
  const isLocked = signal();
  const mayEnd = signal();
  const first = stayOpen(one, "t", async (ports) => {
    await ports.tenants.lock("t");
    isLocked.give();
    await mayEnd.given;
  });
  await isLocked.given;
  const lock = () => other.transaction("t", (ports) => ports.tenants.lock("t"));
  await expect(lock()).rejects.toMatchObject({ code: "storage_busy" });
  mayEnd.give();
  await first;
  expect(await lock()).toMatchObject({ revision: 3 });
});

test("refuses as busy whoever waits too long for a connection, and answers reads meanwhile", async () => {
  const { one } = await openPair({ poolSize: 2, queueTimeoutMs: 200 });
  const isBegun = signal();
  const mayEnd = signal();
  const first = stayOpen(one, "t", async (ports) => {
    await ports.tenants.find("t");
    isBegun.give();
    await mayEnd.given;
  });
  await isBegun.given;
  await expect(one.transaction("t", (ports) => ports.tenants.find("t"))).rejects.toMatchObject({
    code: "storage_busy",
    message: expect.stringMatching(/^Each of the 1 connections/),
  });
  expect(await one.committed.tenants.find("t")).toBeDefined();
  mayEnd.give();
  await first;
});

test("names nothing by an id with a character that PostgreSQL cannot store, and stores none", async () => {
  const { one } = await openPair();
  expect(await one.committed.users.find("t", "a\0b")).toBeUndefined();
  await expect(
    one.transaction("t", (ports) => ports.users.insert(userRecord("t", "a\0b"))),
  ).rejects.toMatchObject({ code: "invalid_input" });
});
