import type { SigningKeyRecord } from "@tenantry/core";
import { describe, expect, test } from "vitest";
import { type OpenSubject, openWithTenant, tenantId } from "./open-subject.ts";
import { itemsOf, pageRequest } from "./pages.ts";
import { moment, userRecord } from "./records.ts";
import { refusal } from "./refusal.ts";

const failure = new Error("what fails before the commit");

/** A transaction body that awaits anything but its ports is refused. */
export function describeForeignAwaits(open: OpenSubject): void {
  describe("transactions", () => {
    refusals(open);
    beforeCommit(open);
  });
}

function refusals(open: OpenSubject): void {
  test("refuse a body that awaits something other than its ports, keep nothing of it whatever it does later, and hold nobody up", async () => {
    const storage = await openWithTenant(open);
    const { promise: other, resolve: goOn } = Promise.withResolvers<void>();
    const { promise: ended, resolve: end } = Promise.withResolvers<unknown>();
    const insert = (id: string) =>
      storage.transaction(tenantId, (ports) => ports.users.insert(userRecord(tenantId, id)));
    const outcomes = await Promise.allSettled([
      insert("first"),
      storage.transaction(tenantId, async (ports) => {
        await ports.users.insert(userRecord(tenantId, "before"));
        await other;
        end(refusal(() => ports.users.insert(userRecord(tenantId, "after"))));
      }),
      storage.transaction(tenantId, async () => {
        await other;
      }),
      insert("last"),
    ]);
    const refused = {
      status: "rejected",
      reason: { message: expect.stringMatching(/awaits something other than its ports/) },
    };
    const kept = { status: "fulfilled" };
    expect(outcomes).toMatchObject([kept, refused, refused, kept]);
    // The refused body continues in the middle of other transactions, on whatever connection it had.
    const others = Array.from({ length: 20 }, (_, number) => `other-${number}`);
    await Promise.all(
      others.map((id) =>
        storage.transaction(tenantId, async (ports) => {
          await ports.users.insert(userRecord(tenantId, id));
          await ports.users.find(tenantId, id);
          goOn();
          await ports.users.find(tenantId, id);
        }),
      ),
    );
    expect(await ended).toBeInstanceOf(Error);
    const page = await storage.committed.users.list(tenantId, {}, pageRequest({}));
    const ids = itemsOf<{ id: string }>(page).map(({ id }) => id);
    expect(ids.sort()).toEqual(["first", "last", ...others].sort());
  });

  test("keep nothing that such a body writes in each turn of the event loop until its transaction is taken back", async () => {
    const { storage } = await open();
    const { promise: ended, resolve: end } = Promise.withResolvers<void>();
    const refused = storage.transaction(null, async (ports) => {
      await ports.keys.listSigningKeys();
      for (let turn = 0; turn < 50; turn += 1) {
        await new Promise((resolve) => setImmediate(resolve));
        await refusal(() => ports.keys.insertSigningKey(signingKey(`key-${turn}`)));
      }
      end();
    });
    await expect(refused).rejects.toThrow(/awaits something other than its ports/);
    await ended;
    expect(await storage.committed.keys.listSigningKeys()).toEqual([]);
  });
}

function beforeCommit(open: OpenSubject): void {
  test("let what has to be in another storage be awaited before the commit, and keep nothing where that fails", async () => {
    const storage = await openWithTenant(open);
    const { promise: other, resolve: goOn } = Promise.withResolvers<void>();
    const insert = (id: string, beforeCommit: () => Promise<void>) =>
      storage.transaction(tenantId, (ports) => ports.users.insert(userRecord(tenantId, id)), {
        beforeCommit,
      });
    setImmediate(() => setImmediate(goOn));
    await insert("ann", () => other);
    await expect(insert("bob", () => Promise.reject(failure))).rejects.toBe(failure);
    expect(await storage.committed.users.find(tenantId, "ann")).toBeDefined();
    expect(await storage.committed.users.find(tenantId, "bob")).toBeUndefined();
  });
}

function signingKey(id: string): SigningKeyRecord {
  return { id, algorithm: "EdDSA", public_jwk: "{}", private_jwk: "{}", created_at: moment };
}
