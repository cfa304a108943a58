import type { Storage, User } from "@tenantry/core";
import { describe, expect, test } from "vitest";
import { addTenant, type OpenSubject, openWithTenant, tenantId } from "./open-subject.ts";
import { itemsOf, pageRequest } from "./pages.ts";
import { eventRecord, userRecord } from "./records.ts";

const addUser = (storage: Storage, id: string) =>
  storage.transaction(tenantId, async (ports) => {
    await ports.users.insert(userRecord(tenantId, id));
    await ports.events.append(eventRecord(tenantId, id, 1));
  });

async function usersOf(ports: Pick<Storage["replicated"], "users">): Promise<readonly string[]> {
  const page = await ports.users.list(tenantId, {}, pageRequest());
  return itemsOf<User>(page).map(({ id }) => id);
}

/** Guarantees of reads that a replica may answer, with or without a replica. */
export function describeReplicatedReads(open: OpenSubject): void {
  describe("replicated reads", () => {
    test("see each commit as soon as it is acknowledged, in lists and snapshots", async () => {
      const storage = await openWithTenant(open);
      for (const id of ["ann", "bob", "cid"]) {
        await addUser(storage, id);
        expect(await usersOf(storage.replicated)).toContain(id);
        const shown = await storage.snapshot(tenantId, usersOf, { replicated: true });
        expect(shown).toContain(id);
      }
    });
  });
}

/** The same guarantees where several processes have the same data open. */
export function describeReplicatedReadsOfSeveral(open: OpenSubject): void {
  test("replicated reads see what another process committed, once they were told of it", async () => {
    const { storage: one, openAnother } = await open();
    if (openAnother === undefined) throw new Error("openAnother is missing");
    await addUserWithTenant(one);
    const other = await openAnother();
    let isTold = false;
    other.onChange(() => {
      isTold = true;
    });
    await addUser(one, "bob");
    await other.catchUp(tenantId, true);
    expect(isTold).toBe(true);
    expect(await usersOf(other.replicated)).toContain("bob");
    await other.close();
  });
}

async function addUserWithTenant(storage: Storage): Promise<void> {
  await storage.transaction(tenantId, (ports) => addTenant(ports));
  await addUser(storage, "ann");
}
