import type { Change, Ports, Storage } from "@tenantry/core";
import { describe, expect, test } from "vitest";
import {
  type OpenSubject,
  openWithOrganization,
  openWithTenant,
  tenantId,
} from "./open-subject.ts";
import { pageRequest } from "./pages.ts";
import { eventRecord, membershipRecord, tenantRoles, userRecord } from "./records.ts";
import { refusal } from "./refusal.ts";

export function describeTransactions(open: OpenSubject): void {
  describe("transactions", () => {
    allOrNothing(open);
    sharedCommits(open);
    races(open);
    visibility(open);
    changes(open);
    closing(open);
  });
}

const failure = new Error("a body that fails");

function allOrNothing(open: OpenSubject): void {
  test("keep nothing of a body that throws, tell of no change, and throw its very error", async () => {
    const storage = await openWithTenant(open);
    const told: unknown[] = [];
    storage.onChange((changes) => told.push(changes));
    const failing = storage.transaction(tenantId, async (ports) => {
      await ports.users.insert(userRecord(tenantId, "ann"));
      await ports.events.append(eventRecord(tenantId, "org", 1));
      expect(await ports.users.find(tenantId, "ann")).toBeDefined();
      throw failure;
    });
    await expect(failing).rejects.toBe(failure);
    expect(await storage.committed.users.find(tenantId, "ann")).toBeUndefined();
    expect(await storage.committed.events.head(tenantId, "org")).toBeUndefined();
    expect(told).toEqual([]);
  });

  test("keep nothing of a body that throws at once instead of by a promise", async () => {
    const storage = await openWithTenant(open);
    const failing = storage.transaction(tenantId, () => {
      throw failure;
    });
    await expect(failing).rejects.toBe(failure);
    await storage.transaction(tenantId, (ports) => ports.users.insert(userRecord(tenantId, "ann")));
    expect(await storage.committed.users.find(tenantId, "ann")).toBeDefined();
  });

  test("keep what a body wrote that caught a refusal, and nothing of what was refused", async () => {
    const storage = await openWithOrganization(open);
    const result = await storage.transaction(tenantId, async (ports) => {
      await ports.users.insert(userRecord(tenantId, "before"));
      const refused = await refusal(() => ports.users.insert(userRecord(tenantId, "ann")));
      await ports.users.insert(userRecord(tenantId, "after"));
      return refused;
    });
    expect(result).toMatchObject({ name: "DomainError" });
    const { users } = storage.committed;
    expect(await users.find(tenantId, "before")).toBeDefined();
    expect(await users.find(tenantId, "after")).toBeDefined();
  });
}

function sharedCommits(open: OpenSubject): void {
  test("let a body that fails among many fail alone, wherever it stands", async () => {
    const storage = await openWithTenant(open);
    const told: Change[] = [];
    storage.onChange((changes) => told.push(...(changes === "everything" ? [] : changes)));
    const failing = new Set([0, 7, 63, 64, 99]);
    const bodies = Array.from({ length: 100 }, (_, number) =>
      storage.transaction(tenantId, async (ports) => {
        await ports.users.insert(userRecord(tenantId, `user-${number}`));
        await ports.events.append(eventRecord(tenantId, `chain-${number}`, 1));
        if (failing.has(number)) throw failure;
        return number;
      }),
    );
    const outcomes = await Promise.allSettled(bodies);
    for (const [number, outcome] of outcomes.entries()) {
      expect(outcome.status).toBe(failing.has(number) ? "rejected" : "fulfilled");
      const found = await storage.committed.users.find(tenantId, `user-${number}`);
      expect(found === undefined).toBe(failing.has(number));
    }
    const chains = told.map((change) => Number(change.entity_id.slice("chain-".length)));
    const kept = Array.from({ length: 100 }, (_, number) => number).filter((n) => !failing.has(n));
    expect(chains.sort((a, b) => a - b)).toEqual(kept);
  });

  test("let bodies that wait for each other's rows all come through", async () => {
    const storage = await openWithOrganization(open);
    const lock = () =>
      storage.transaction(tenantId, async (ports) => {
        const locked = await ports.organizations.lock(tenantId, "org");
        const tenant = await ports.tenants.lock(tenantId);
        return [locked?.revision, tenant?.revision];
      });
    const revisions = await Promise.all(Array.from({ length: 30 }, lock));
    const expected = Array.from({ length: 30 }, (_, index) => index + 2);
    expect(revisions.map(([revision]) => revision).sort((a = 0, b = 0) => a - b)).toEqual(expected);
    expect(revisions.map(([, revision]) => revision).sort((a = 0, b = 0) => a - b)).toEqual(
      expected,
    );
  });
}

function races(open: OpenSubject): void {
  test("give the last seat to one of twenty who race for it", async () => {
    const storage = await openWithOrganization(open);
    const seats = 3;
    const ids = Array.from({ length: 20 }, (_, number) => `racer-${number}`);
    await storage.transaction(tenantId, async (ports) => {
      for (const id of ids) await ports.users.insert(userRecord(tenantId, id));
    });
    const outcomes = await Promise.allSettled(
      ids.map((id) => storage.transaction(tenantId, (ports) => takeSeat(ports, id, seats))),
    );
    expect(outcomes.filter(({ status }) => status === "fulfilled")).toHaveLength(1);
    const page = await storage.committed.members.list(
      tenantId,
      "org",
      {},
      pageRequest({ total: true }),
    );
    expect(page.total).toBe(seats);
  });

  test("number the events of a chain without gap or double, whoever appends", async () => {
    const storage = await openWithOrganization(open);
    const append = () =>
      storage.transaction(tenantId, async (ports) => {
        await ports.organizations.lock(tenantId, "org");
        const head = await ports.events.head(tenantId, "org");
        await ports.events.append(eventRecord(tenantId, "org", (head?.sequence ?? 0) + 1));
      });
    await Promise.all(Array.from({ length: 40 }, append));
    const events = await storage.committed.events.list(tenantId, "org", 0, 100);
    expect(events.map((event) => event.sequence)).toEqual(
      Array.from({ length: 40 }, (_, index) => index + 1),
    );
  });
}

/** Takes a seat as a use case does: lock, count, insert. */
async function takeSeat(ports: Ports, userId: string, seats: number): Promise<void> {
  const organization = await ports.organizations.lock(tenantId, "org");
  const taken = organization?.seat_count ?? 0;
  if (taken >= seats) throw failure;
  await ports.members.insert(membershipRecord(tenantId, "org", userId), tenantRoles("member"));
  await ports.organizations.setCounts(tenantId, "org", taken + 1, taken + 1);
}

function visibility(open: OpenSubject): void {
  test("show what is committed to everybody, and what is not to nobody", async () => {
    const storage = await openWithTenant(open);
    const seen: Promise<unknown>[] = [];
    await storage
      .transaction(tenantId, async (ports) => {
        await ports.users.insert(userRecord(tenantId, "ann"));
        // It may be answered now or after the transaction, but never with a write that may still be rolled back.
        seen.push(readBeside(storage, () => Promise.resolve()));
        throw failure;
      })
      .catch(() => undefined);
    expect(await Promise.all(seen)).toEqual([undefined]);
    await storage.transaction(tenantId, (ports) => ports.users.insert(userRecord(tenantId, "ann")));
    expect(await storage.committed.users.find(tenantId, "ann")).toBeDefined();
  });

  test("leave a snapshot as it was, however much is written meanwhile", async () => {
    const storage = await openWithOrganization(open);
    const count = async (ports: Ports) =>
      (await ports.users.list(tenantId, {}, pageRequest({ total: true }))).total;
    const counts = await storage.snapshot(tenantId, async (ports) => {
      const before = await count(ports);
      for (let number = 0; number < 5; number += 1) {
        await storage.transaction(tenantId, (inner) =>
          inner.users.insert(userRecord(tenantId, `u${number}`)),
        );
      }
      return [before, await count(ports), await count(storage.committed)];
    });
    expect(counts).toEqual([3, 3, 8]);
    expect(await storage.snapshot(tenantId, count)).toBe(8);
  });

  test("throw on what the body of a snapshot throws", async () => {
    const storage = await openWithTenant(open);
    await expect(storage.snapshot(tenantId, () => Promise.reject(failure))).rejects.toBe(failure);
    expect(
      await storage.snapshot(tenantId, async (ports) => await ports.plans.list(tenantId)),
    ).toHaveLength(1);
  });

  test("refuse to write through the ports of what is committed and of a snapshot", async () => {
    const storage = await openWithTenant(open);
    const write = (ports: Ports) => refusal(() => ports.users.insert(userRecord(tenantId, "ann")));
    expect(await write(storage.committed)).toBeInstanceOf(Error);
    expect(await storage.snapshot(tenantId, write)).toBeInstanceOf(Error);
    expect(await storage.committed.users.find(tenantId, "ann")).toBeUndefined();
  });
}

async function readBeside(storage: Storage, turn: () => Promise<void>): Promise<unknown> {
  await turn();
  return await storage.committed.users.find(tenantId, "ann");
}

function changes(open: OpenSubject): void {
  test("tell of a commit's changes, in order, before its caller has the answer", async () => {
    const storage = await openWithTenant(open);
    const log: unknown[] = [];
    storage.onChange((told) => log.push(told));
    await storage.transaction(tenantId, async (ports) => {
      await ports.events.append(eventRecord(tenantId, "org", 1));
      await ports.events.append(
        eventRecord(tenantId, "org", 2, {
          type: "member.removed",
          entity: "membership",
          entity_id: "ann",
        }),
      );
      expect(log).toEqual([]);
    });
    expect(log).toEqual([
      [
        {
          tenant_id: tenantId,
          organization_id: "org",
          type: "organization.suspended",
          entity: "organization",
          entity_id: "org",
        },
        {
          tenant_id: tenantId,
          organization_id: "org",
          type: "member.removed",
          entity: "membership",
          entity_id: "ann",
        },
      ],
    ]);
  });
}

function closing(open: OpenSubject): void {
  test("that were accepted are done before the storage is closed, and none after", async () => {
    const storage = await openWithTenant(open);
    const accepted = Array.from({ length: 70 }, (_, number) =>
      storage.transaction(tenantId, (ports) =>
        ports.users.insert(userRecord(tenantId, `u${number}`)),
      ),
    );
    const snapshot = storage.snapshot(
      tenantId,
      async (ports) => await ports.tenants.find("nobody"),
    );
    await storage.close();
    const outcomes = await Promise.allSettled([...accepted, snapshot]);
    expect(outcomes.filter(({ status }) => status === "rejected")).toEqual([]);
    const closed = { name: "DomainError", code: "storage_closed" };
    await expect(storage.transaction(tenantId, () => 1)).rejects.toMatchObject(closed);
    await expect(storage.snapshot(tenantId, async () => 1)).rejects.toMatchObject(closed);
    expect(await refusal(() => storage.committed.tenants.find("t1"))).toMatchObject(closed);
    await storage.close();
  });
}
