import { setImmediate } from "node:timers/promises";
import {
  applyChanges,
  copyRows,
  endTenant,
  type Ports,
  readContent,
  removeTenantRows,
  type Storage,
  type StorageMoves,
} from "@tenantry/core";
import { describe, expect, test } from "vitest";
import {
  addOrganization,
  addTeams,
  addTenant,
  type OpenSubject,
  tenantId,
} from "./open-subject.ts";
import {
  later,
  membershipRecord,
  teamRecord,
  tenantRecord,
  tenantRoles,
  userRecord,
} from "./records.ts";

type Moving = Storage & { readonly moves: StorageMoves };

export function describeMoves(open: OpenSubject): void {
  describe("lets a tenant leave", () => {
    fencing(open);
    leaving(open);
    ending(open);
  });
}

function fencing(open: OpenSubject): void {
  test("fenced, so that its writes are refused in every process, and the move's own are not", async () => {
    const { storage, another } = await openFilled(open);
    const write = (to: Storage) =>
      to.transaction(tenantId, (ports) => ports.users.insert(userRecord(tenantId, "late")));
    await storage.moves.fence(tenantId, true);
    for (const process of [storage, another]) {
      await expect(write(process)).rejects.toMatchObject({ code: "tenant_moving" });
      expect(await process.committed.users.find(tenantId, "late")).toBeUndefined();
    }
    await storage.transaction("other", (ports) => ports.tenants.lock("other"));
    await storage.moves.write(tenantId, (ports) =>
      ports.users.insert(userRecord(tenantId, "moved")),
    );
    await storage.moves.fence(tenantId, false);
    await write(another);
    expect(await storage.committed.users.find(tenantId, "late")).toBeDefined();
    await another.close();
  });

  test("fenced only when the writes that are under way have ended", async () => {
    const { storage, another } = await openFilled(open);
    const begun = Promise.withResolvers<void>();
    const mayEnd = Promise.withResolvers<void>();
    let isAllowedToEnd = false;
    const write = async (ports: Ports) => {
      await ports.users.insert(userRecord(tenantId, "early"));
      // A storage may send writes without waiting for answers; a read is answered after the transaction has begun.
      await ports.users.find(tenantId, "early");
    };
    const beforeCommit = async () => {
      begun.resolve();
      await mayEnd.promise;
    };
    const writing = storage.transaction(tenantId, write, { beforeCommit });
    await begun.promise;
    // What is committed, and not which answer comes first: the two come on different connections.
    const fencing = another.moves.fence(tenantId, true).then(async () => {
      expect(isAllowedToEnd).toBe(true);
      expect(await another.committed.users.find(tenantId, "early")).toBeDefined();
    });
    // Meanwhile the same process does many other things; the fence may be set after any of them.
    for (let turn = 0; turn < 100; turn += 1) {
      await setImmediate();
      await another.committed.users.find(tenantId, `${turn}`);
    }
    isAllowedToEnd = true;
    mayEnd.resolve();
    await Promise.all([writing, fencing]);
    await another.close();
  });
}

function ending(open: OpenSubject): void {
  test("for good, with an end after which no process writes", async () => {
    const { storage, another } = await openFilled(open);
    const write = (to: Storage, id: string) =>
      to.transaction(tenantId, (ports) => ports.users.insert(userRecord(tenantId, id)));
    await write(another, "early");
    let seen: unknown;
    await endTenant(storage.moves, tenantId, async (ports) => {
      seen = await ports.users.find(tenantId, "early");
    });
    expect(seen).toBeDefined();
    await expect(write(another, "late")).rejects.toMatchObject({ code: "tenant_moving" });
    await removeTenantRows(storage, tenantId, () => {});
    expect(await another.committed.tenants.find(tenantId)).toBeUndefined();
    expect(await another.committed.users.find("other", "ann")).toBeDefined();
    await another.close();
  });
}

function leaving(open: OpenSubject): void {
  test("with every row that was written or removed meanwhile, whichever process did it", async () => {
    const { storage, another } = await openFilled(open);
    const { storage: target } = (await open()) as { storage: Moving };
    await storage.moves.watch(tenantId);
    await copyRows(storage, target, tenantId);
    await storage.transaction(tenantId, changeMuch);
    await another.transaction(tenantId, changeMore);
    await storage.transaction("other", (ports) => ports.users.insert(userRecord("other", "x")));
    expect(await readContent(target, tenantId)).not.toEqual(await readContent(storage, tenantId));
    expect(await applyChanges(storage, target, tenantId)).toBeGreaterThan(10);
    expect(await readContent(target, tenantId)).toEqual(await readContent(storage, tenantId));
    expect(await applyChanges(storage, target, tenantId)).toBe(0);
    await another.transaction(tenantId, (ports) => ports.users.insert(userRecord(tenantId, "x")));
    expect(await storage.committed.moves.changes(tenantId, 0, 10)).not.toEqual([]);
    await storage.moves.unwatch(tenantId);
    await another.transaction(tenantId, (ports) => ports.users.insert(userRecord(tenantId, "y")));
    expect(await storage.committed.moves.changes(tenantId, 0, 10)).toEqual([]);
    await another.close();
  });

  test("and clears what it left, but for the row by which it is found", async () => {
    const { storage, another } = await openFilled(open);
    const tables = storage.committed.copies.tables(tenantId).map(({ name }) => name);
    await storage.moves.write(tenantId, async ({ moves }) => {
      for (const name of tables.toReversed().filter((each) => each !== "tenants")) {
        while ((await moves.clear(tenantId, name, 2)) > 0);
      }
    });
    const left = await readContent(storage, tenantId);
    expect(left.filter(({ rows }) => rows > 0).map(({ table }) => table)).toEqual(["tenants"]);
    expect(await storage.committed.users.find("other", "ann")).toBeDefined();
    await another.close();
  });
}

/** A storage that two processes have open, with a tenant that has rows in every table, and a second tenant. */
async function openFilled(open: OpenSubject): Promise<{ storage: Moving; another: Moving }> {
  const { storage, openAnother } = await open();
  for (const id of [tenantId, "other"]) {
    await storage.transaction(id, async (ports) => {
      await addTenant(ports, id);
      await addOrganization(ports, id);
      await addTeams(ports, id);
    });
  }
  const another = await openAnother?.();
  if (another === undefined) throw new Error("openAnother is missing");
  return { storage: storage as Moving, another: another as Moving };
}

/** Changes that are hard to copy: names are swapped, rows come and go, a team leaves its parent, which is then removed. */
async function changeMuch(ports: Ports): Promise<void> {
  await ports.users.update(userRecord(tenantId, "ann", { username: "tmp" }));
  await ports.users.update(userRecord(tenantId, "bob", { username: "ann" }));
  await ports.users.update(userRecord(tenantId, "ann", { username: "bob" }));
  await ports.users.insert(userRecord(tenantId, "eve"));
  await ports.members.insert(
    membershipRecord(tenantId, "org", "eve", { role: "developer" }),
    tenantRoles("developer"),
  );
  await ports.members.update(
    membershipRecord(tenantId, "org", "ann", { role: "owner", invited_by_user_id: "eve" }),
    tenantRoles("owner"),
  );
  await ports.teams.insert(teamRecord(tenantId, "org", "another"), []);
  await ports.teams.update(
    teamRecord(tenantId, "org", "inner", { parent_team_id: "another", depth: 2, name: "outer" }),
    tenantRoles("member"),
  );
  await ports.teams.remove(tenantId, "org", "outer");
  await ports.tenants.update(tenantRecord(tenantId, { name: "Renamed" }));
}

async function changeMore(ports: Ports): Promise<void> {
  await ports.members.remove(tenantId, "org", "bob");
  await ports.users.setPasswordHash(tenantId, "cid", "hash", later);
  await ports.organizations.setCounts(tenantId, "org", 7, 7);
}
