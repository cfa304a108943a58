import { type AddressInfo, connect, createServer, type Socket } from "node:net";
import { setTimeout as delay } from "node:timers/promises";
import { type Context, listingPorts, type ReplicatedPorts, type User } from "@tenantry/core";
import { itemsOf, pageRequest } from "@tenantry/storage-testkit/pages";
import { eventRecord, tenantRecord, userRecord } from "@tenantry/storage-testkit/records";
import { afterAll, beforeAll, beforeEach, expect, onTestFinished, test } from "vitest";
import { type OwnPair, startPair } from "../../../scripts/tests/standby-server.ts";
import { makeDatabase, queryOnce } from "../test/database.ts";
import { openPostgresStorage, type PostgresStorageOptions } from "./index.ts";

let pair: OwnPair;

beforeAll(async () => {
  pair = await startPair();
}, 60_000);

afterAll(() => pair.remove());

let database: { url: string; replica: string };

beforeEach(async () => {
  const { url } = await makeDatabase(pair.primary.url);
  const replica = new URL(pair.standby.url);
  replica.pathname = new URL(url).pathname;
  database = { url, replica: replica.href };
});

async function open(options: Partial<PostgresStorageOptions> = {}) {
  const storage = await openPostgresStorage({
    url: database.url,
    replicaUrls: [database.replica],
    connectTimeoutMs: 2_000,
    ...options,
  });
  onTestFinished(() => storage.close());
  return storage;
}

type Opened = Awaited<ReturnType<typeof open>>;

const addUser = (storage: Opened, id: string) =>
  storage.transaction("t", async (ports) => {
    if ((await ports.tenants.find("t")) === undefined)
      await ports.tenants.insert(tenantRecord("t"));
    await ports.users.insert(userRecord("t", id));
    await ports.events.append(eventRecord("t", id, 1));
  });

async function usersOf(ports: Pick<ReplicatedPorts, "users">): Promise<readonly User[]> {
  return itemsOf<User>(await ports.users.list("t", {}, pageRequest()));
}

const idsOf = async (ports: Pick<ReplicatedPorts, "users">) =>
  (await usersOf(ports)).map(({ id }) => id);

async function pauseReplay(): Promise<void> {
  await queryOnce(pair.standby.url, "SELECT pg_wal_replay_pause()");
  const state = () => queryOnce(pair.standby.url, "SELECT pg_get_wal_replay_pause_state() AS is");
  await expect.poll(state, { interval: 5 }).toEqual([{ is: "paused" }]);
}

async function resumeReplay(): Promise<void> {
  await queryOnce(pair.standby.url, "SELECT pg_wal_replay_resume()");
}

let marks = 0;

/** Changes a user behind the back of every storage while the standby stands still, and tells whose list shows it. */
async function whoAnswers(ports: Pick<ReplicatedPorts, "users">): Promise<"primary" | "replica"> {
  await pauseReplay();
  marks += 1;
  await queryOnce(database.url, `UPDATE users SET name = 'mark ${marks}' WHERE id = 'ann'`);
  const [ann] = await usersOf(ports);
  await resumeReplay();
  return ann?.name === `mark ${marks}` ? "primary" : "replica";
}

test("a replica answers lists and snapshots that may be replicated, and nothing else", async () => {
  const storage = await open();
  await addUser(storage, "ann");
  await expect.poll(() => whoAnswers(storage.replicated)).toBe("replica");
  expect(await whoAnswers(storage.committed)).toBe("primary");
  const within = (replicated: boolean) =>
    storage.snapshot("t", (ports) => whoAnswers(ports), { replicated });
  // A snapshot stands at one moment: the mark that is made meanwhile shows in none.
  expect(await within(false)).toBe("replica");
  const served = (replicated: boolean) =>
    storage.snapshot("t", async () => await activeOn(pair.standby.url), { replicated });
  await expect.poll(() => served(true)).toBe(1);
  expect(await served(false)).toBe(0);
});

/** Transactions that stand open on a server, in the database of this test. */
async function activeOn(url: string): Promise<number> {
  const rows = await queryOnce(
    url,
    `SELECT 1 FROM pg_stat_activity WHERE state = 'idle in transaction'
      AND datname = '${new URL(database.url).pathname.slice(1)}'`,
  );
  return rows.length;
}

test("a caller who demands the newest is answered by the primary", async () => {
  const storage = await open();
  await addUser(storage, "ann");
  await expect.poll(() => whoAnswers(storage.replicated)).toBe("replica");
  const calledWith = (consistency?: "strong") =>
    listingPorts({ engine: { storage }, tenantId: "t", consistency } as Context);
  expect(await whoAnswers(calledWith())).toBe("replica");
  expect(await whoAnswers(calledWith("strong"))).toBe("primary");
});

test("whoever has written reads it, however far behind the replica is", async () => {
  const storage = await open();
  await addUser(storage, "ann");
  await expect.poll(() => whoAnswers(storage.replicated)).toBe("replica");
  await pauseReplay();
  onTestFinished(resumeReplay);
  for (let number = 0; number < 50; number += 1) {
    await addUser(storage, `user-${number}`);
    expect(await idsOf(storage.replicated)).toContain(`user-${number}`);
    // When the position of the commit is known, it is the replica's that does not suffice.
    if (number % 10 === 0) await delay(20);
    expect(await idsOf(storage.replicated)).toContain(`user-${number}`);
  }
});

test("what another process wrote is read as soon as it was heard of", async () => {
  const [one, other] = [await open(), await open()];
  await addUser(one, "ann");
  await expect.poll(() => whoAnswers(other.replicated)).toBe("replica");
  await pauseReplay();
  onTestFinished(resumeReplay);
  for (let number = 0; number < 20; number += 1) {
    const heard = new Promise<void>((resolve) => other.onChange(() => resolve()));
    await addUser(one, `user-${number}`);
    await heard;
    expect(await idsOf(other.replicated)).toContain(`user-${number}`);
  }
});

test("another tenant's writes keep no list from the replica", async () => {
  const storage = await open();
  await addUser(storage, "ann");
  await expect.poll(() => whoAnswers(storage.replicated)).toBe("replica");
  await pauseReplay();
  onTestFinished(resumeReplay);
  await storage.transaction("u", (ports) => ports.tenants.insert(tenantRecord("u")));
  await storage.transaction("u", (ports) => ports.users.insert(userRecord("u", "una")));
  expect(await whoAnswers(storage.replicated)).toBe("replica");
});

test("no replica is read while messages are missed, and none afterwards that lacks what they told", async () => {
  const proxy = await openProxy(database.url);
  const [one, other] = [await open(), await open({ url: proxy.url })];
  await addUser(one, "ann");
  await expect.poll(() => whoAnswers(other.replicated)).toBe("replica");
  await pauseReplay();
  onTestFinished(resumeReplay);
  const isLost = new Promise<void>((resolve) => {
    other.onChange((told) => {
      if (told === "everything") resolve();
    });
  });
  proxy.cut();
  await isLost;
  await addUser(one, "bob");
  await expect(idsOf(other.replicated)).rejects.toMatchObject({ code: "storage_unavailable" });
  proxy.mend();
  await expect.poll(() => other.catchUp("t", false) === undefined).toBe(true);
  expect(await idsOf(other.replicated)).toContain("bob");
});

test("a replica that lags too far is left out, and comes back by itself", async () => {
  const storage = await open({ replicaMaximumLagMs: 300 });
  await addUser(storage, "ann");
  await expect.poll(() => whoAnswers(storage.replicated)).toBe("replica");
  await pauseReplay();
  await queryOnce(database.url, "UPDATE users SET name = 'late' WHERE id = 'ann'");
  const nameOfAnn = async () => (await usersOf(storage.replicated))[0]?.name;
  expect(await nameOfAnn()).not.toBe("late");
  await expect.poll(nameOfAnn).toBe("late");
  await resumeReplay();
  await expect.poll(() => whoAnswers(storage.replicated)).toBe("replica");
});

test("a primary at rest makes no replica late", async () => {
  const storage = await open({ replicaMaximumLagMs: 100 });
  await addUser(storage, "ann");
  await expect.poll(() => whoAnswers(storage.replicated)).toBe("replica");
  await delay(500);
  await expect.poll(() => whoAnswers(storage.replicated)).toBe("replica");
});

test("lists are answered while the replica goes and comes back, and by it afterwards", async () => {
  const storage = await open();
  await addUser(storage, "ann");
  await expect.poll(() => whoAnswers(storage.replicated)).toBe("replica");
  const reads: Promise<readonly string[]>[] = [];
  const reading = setInterval(() => reads.push(idsOf(storage.replicated)), 2);
  await pair.standby.stop();
  await delay(50);
  expect(await idsOf(storage.replicated)).toEqual(["ann"]);
  await pair.standby.start();
  clearInterval(reading);
  expect(new Set((await Promise.all(reads)).map(String))).toEqual(new Set(["ann"]));
  await expect.poll(() => whoAnswers(storage.replicated)).toBe("replica");
});

test("a replica that is gone without a word keeps a list waiting for seconds and no longer", async () => {
  const proxy = await openProxy(database.replica);
  const storage = await open({ replicaUrls: [proxy.url] });
  await addUser(storage, "ann");
  await expect.poll(() => whoAnswers(storage.replicated)).toBe("replica");
  proxy.swallow();
  const sentAt = performance.now();
  expect(await idsOf(storage.replicated)).toEqual(["ann"]);
  // Its statement time-out is half a minute; the look that finds it gone takes two seconds at most, and is a second away at most.
  expect(performance.now() - sentAt).toBeLessThan(15_000);
});

test("opens without a replica that is not there yet", async () => {
  const replica = Object.assign(new URL(database.replica), { port: "1" }).href;
  const storage = await open({ replicaUrls: [replica, database.replica] });
  await addUser(storage, "ann");
  await expect.poll(() => whoAnswers(storage.replicated)).toBe("replica");
});

test("names a replica that it cannot read at the opening, and why, and reads it as soon as it can", async () => {
  const owner = `owner_${marks}`;
  await pauseReplay();
  await queryOnce(database.url, `CREATE ROLE ${owner} LOGIN CREATEROLE PASSWORD 'own'`);
  await queryOnce(
    database.url,
    `ALTER DATABASE ${new URL(database.url).pathname.slice(1)} OWNER TO ${owner}`,
  );
  await queryOnce(database.url, `GRANT ALL ON SCHEMA public TO ${owner}`);
  const asOwner = (address: string) => {
    const url = new URL(address);
    url.username = owner;
    url.password = "own";
    return url.href;
  };
  const elsewhere = Object.assign(new URL(database.replica), { port: "1" }).href;
  const warnings: string[] = [];
  const storage = await open({
    url: asOwner(database.url),
    replicaUrls: [asOwner(database.replica), elsewhere],
    onWarning: (message) => warnings.push(message),
  });
  expect(warnings).toEqual([
    expect.stringMatching(
      /^The replica PostgreSQL at .* is not read .* let tenantry_app_\w+ in.*pg_hba\.conf$/,
    ),
    expect.stringMatching(/^The replica PostgreSQL at .* cannot be reached/),
  ]);
  await resumeReplay();
  await addUser(storage, "ann");
  await expect.poll(() => whoAnswers(storage.replicated)).toBe("replica");
  warnings.length = 0;
  await open({ onWarning: (message) => warnings.push(message) });
  expect(warnings).toEqual([]);
});

test("refuses a server that is no standby of the database, and says so", async () => {
  await expect(open({ replicaUrls: [database.url] })).rejects.toMatchObject({
    code: "storage_unavailable",
    message: expect.stringMatching(/no standby of the database; name only its standbys/),
  });
});

/** Stands before a server, and can be made to stop. */
async function openProxy(url: string) {
  let state: "open" | "swallowing" | "cut" = "open";
  const sockets = new Set<Socket>();
  const server = createServer((client) => {
    sockets.add(client);
    if (state === "cut") client.destroy();
    if (state !== "open") return;
    const upstream = connect(Number(new URL(url).port), "localhost");
    sockets.add(upstream);
    for (const [from, to] of [
      [client, upstream],
      [upstream, client],
    ] as const) {
      from.on("data", (data) => state === "open" && to.write(data));
      from.on("error", () => {});
      from.on("close", () => to.destroy());
    }
  });
  await new Promise<void>((resolve) => server.listen(0, "localhost", resolve));
  const destroyAll = () => {
    for (const socket of sockets) socket.destroy();
  };
  onTestFinished(() => {
    destroyAll();
    server.close();
  });
  const { port } = server.address() as AddressInfo;
  return {
    url: Object.assign(new URL(url), { port: String(port) }).href,
    /** Connections stay open, and nothing passes. */
    swallow() {
      state = "swallowing";
    },
    /** Connections end, and none is taken. */
    cut() {
      state = "cut";
      destroyAll();
    },
    mend() {
      state = "open";
    },
  };
}
