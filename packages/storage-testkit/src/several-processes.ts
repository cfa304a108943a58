import type { Change, Ports, Storage } from "@tenantry/core";
import { describe, expect, test } from "vitest";
import { addOrganization, addTenant, type OpenSubject, tenantId } from "./open-subject.ts";
import { pageRequest } from "./pages.ts";
import { eventRecord, later, moment, userRecord } from "./records.ts";

interface Pair {
  readonly one: Storage;
  readonly other: Storage;
  /** All changes that were announced to `other`, in order. */
  readonly told: Change[];
}

async function openPair(open: OpenSubject): Promise<Pair> {
  const { storage: one, openAnother } = await open();
  if (openAnother === undefined) {
    throw new Error(
      "openAnother is missing; give it, or leave out several-processes with a reason",
    );
  }
  await one.transaction(tenantId, async (ports) => {
    await addTenant(ports);
    await addOrganization(ports);
  });
  const other = await openAnother();
  const told: Change[] = [];
  other.onChange((changes) => {
    if (changes === "everything") throw new Error("A storage that has events can say which");
    told.push(...changes);
  });
  return { one, other, told };
}

const append = (storage: Storage, chain: string, sequence: number) =>
  storage.transaction(tenantId, (ports) =>
    ports.events.append(eventRecord(tenantId, chain, sequence)),
  );

const chainsOf = (told: readonly Change[]) => told.map((change) => change.entity_id);

/** Guarantees where several processes have the same data open. */
export function describeSeveralProcesses(open: OpenSubject): void {
  describe("several processes", () => {
    freshness(open);
    commitsWithoutEvents(open);
    concurrentWrites(open);
  });
}

function freshness(open: OpenSubject): void {
  test("read each other's commits as soon as they are acknowledged", async () => {
    const { one, other } = await openPair(open);
    await one.transaction(tenantId, (ports) => ports.users.insert(userRecord(tenantId, "dora")));
    expect(await other.committed.users.find(tenantId, "dora")).toBeDefined();
    await other.close();
  });

  test("are told of each other's changes at a fresh look, once, in order", async () => {
    const { one, other, told } = await openPair(open);
    const before = other.foreignCommits(tenantId);
    await append(one, "a", 1);
    await append(one, "a", 2);
    await append(one, "b", 1);
    await other.catchUp(tenantId, true);
    expect(chainsOf(told)).toEqual(["a", "a", "b"]);
    expect(other.foreignCommits(tenantId)).toBeGreaterThan(before);
    const after = other.foreignCommits(tenantId);
    await other.catchUp(tenantId, true);
    expect(chainsOf(told)).toEqual(["a", "a", "b"]);
    expect(other.foreignCommits(tenantId)).toBe(after);
    await other.close();
  });

  test("are told of nothing that was there when they opened the data", async () => {
    const { other, told } = await openPair(open);
    await other.catchUp(tenantId, true);
    expect(told).toEqual([]);
    await other.close();
  });
}

function commitsWithoutEvents(open: OpenSubject): void {
  test("count each other's commits that have no event, such as the end of a session", async () => {
    const { one, other, told } = await openPair(open);
    await one.transaction(tenantId, (ports) =>
      ports.sessions.insert({
        tenant_id: tenantId,
        id: "s1",
        user_id: "ann",
        created_at: moment,
        expires_at: later,
        revoked_at: null,
      }),
    );
    await other.catchUp(tenantId, true);
    const before = other.foreignCommits(tenantId);
    await one.transaction(tenantId, (ports) => ports.sessions.revoke(tenantId, "s1", later));
    await other.catchUp(tenantId, true);
    expect(other.foreignCommits(tenantId)).toBeGreaterThan(before);
    expect(told).toEqual([]);
    await other.close();
  });

  test("miss none of the others' changes when they commit themselves in between", async () => {
    const { one, other, told } = await openPair(open);
    for (let number = 1; number <= 5; number += 1) {
      await append(one, "theirs", number);
      await append(other, "own", number);
    }
    await append(one, "theirs", 6);
    await other.catchUp(tenantId, true);
    const count = (chain: string) => chainsOf(told).filter((id) => id === chain).length;
    expect([count("theirs"), count("own")]).toEqual([6, 5]);
    await other.close();
  });

  test("do not count their own commits as others'", async () => {
    const { one, other } = await openPair(open);
    await other.catchUp(tenantId, true);
    const before = other.foreignCommits(tenantId);
    await append(other, "own", 1);
    await other.catchUp(tenantId, true);
    expect(other.foreignCommits(tenantId)).toBe(before);
    await one.close();
    await other.close();
  });

  test("see each other's changes in the turns of the event loop, without a fresh look", async () => {
    const { one, other, told } = await openPair(open);
    await append(one, "a", 1);
    while (told.length === 0) {
      await other.catchUp(tenantId, false);
      await new Promise((resolve) => setImmediate(resolve));
    }
    expect(chainsOf(told)).toEqual(["a"]);
    await other.close();
  });
}

function concurrentWrites(open: OpenSubject): void {
  test("lose nothing when all of them write at once", async () => {
    const { one, other } = await openPair(open);
    const insert = (storage: Storage, name: string) =>
      Array.from({ length: 150 }, (_, number) =>
        storage.transaction(tenantId, async (ports) => {
          await ports.users.insert(userRecord(tenantId, `${name}-${number}`));
          await appendNext(ports);
        }),
      );
    await Promise.all([...insert(one, "one"), ...insert(other, "other")]);
    for (const storage of [one, other]) {
      const page = await storage.committed.users.list(tenantId, {}, pageRequest({ total: true }));
      expect(page.total).toBe(303);
      const events = await storage.committed.events.list(tenantId, "org", 0, 1000);
      expect(events.map((event) => event.sequence)).toEqual(
        Array.from({ length: 300 }, (_, index) => index + 1),
      );
    }
    await other.close();
  });
}

async function appendNext(ports: Ports): Promise<void> {
  await ports.organizations.lock(tenantId, "org");
  const head = await ports.events.head(tenantId, "org");
  await ports.events.append(eventRecord(tenantId, "org", (head?.sequence ?? 0) + 1));
}
