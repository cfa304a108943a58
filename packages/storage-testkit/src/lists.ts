import type { Membership, Organization, Ports, Resource, Storage, User } from "@tenantry/core";
import { nameKey } from "@tenantry/core";
import { describe, expect, test } from "vitest";
import {
  addOrganization,
  addTeams,
  addTenant,
  type OpenSubject,
  openWithOrganization,
  openWithTenant,
  tenantId,
} from "./open-subject.ts";
import { itemsOf, pageRequest, readAllPages } from "./pages.ts";
import {
  membershipRecord,
  organizationRecord,
  resourceRecord,
  tenantRoles,
  userRecord,
} from "./records.ts";

export function describeLists(open: OpenSubject): void {
  describe("lists", () => {
    paging(open);
    orders(open);
    searching(open);
    items(open);
  });
}

async function addMembers(ports: Ports, ids: readonly string[]): Promise<void> {
  for (const id of ids) {
    await ports.users.insert(userRecord(tenantId, id));
    await ports.members.insert(membershipRecord(tenantId, "org", id), tenantRoles("member"));
  }
}

const numbered = (prefix: string, count: number) =>
  Array.from({ length: count }, (_, index) => prefix + String(index).padStart(4, "0"));

function paging(open: OpenSubject): void {
  test("each earlier member exactly once while others are added between the pages", async () => {
    const storage = await openWithOrganization(open);
    const earlier = numbered("m", 200);
    await storage.transaction(tenantId, (ports) => addMembers(ports, earlier));
    const seen = await readAllPages<Membership>(
      (page) => storage.committed.members.list(tenantId, "org", {}, page),
      7,
      // One new row sorts before the cursor, one after it.
      (number) =>
        storage.transaction(tenantId, (ports) => addMembers(ports, [`a${number}`, `z${number}`])),
    );
    const ids = seen.map((member) => member.user_id);
    expect(new Set(ids).size).toBe(ids.length);
    expect(ids.filter((id) => id.startsWith("m"))).toEqual(earlier);
    expect(ids).toEqual([...ids].sort());
  });

  test("whether there is more, at the edge of a page", async () => {
    const storage = await openWithOrganization(open);
    const list = async (fields: object) =>
      await storage.committed.users.list(tenantId, {}, pageRequest(fields));
    const summary = async (fields: object) => {
      const page = await list(fields);
      return [itemsOf<User>(page).map((user) => user.id), page.last_key, page.has_more];
    };
    expect(await summary({ limit: 2 })).toEqual([["ann", "bob"], "bob", true]);
    expect(await summary({ limit: 3 })).toEqual([["ann", "bob", "cid"], "cid", false]);
    expect(await summary({ limit: 2, after: "bob" })).toEqual([["cid"], "cid", false]);
    expect(await summary({ limit: 2, skip: 1 })).toEqual([["bob", "cid"], "cid", false]);
    expect(await summary({ limit: 1, skip: 1 })).toEqual([["bob"], "bob", true]);
    expect(await summary({ after: "zzz" })).toEqual([[], null, false]);
    expect(await list({ after: "zzz" })).toEqual({
      items_json: "[]",
      last_key: null,
      has_more: false,
    });
  });

  test("the total where it is asked for, of all pages and not of one", async () => {
    const storage = await openWithOrganization(open);
    const { users } = storage.committed;
    const page = await users.list(
      tenantId,
      {},
      pageRequest({ limit: 1, after: "ann", total: true }),
    );
    expect(page.total).toBe(3);
    expect(await users.list(tenantId, {}, pageRequest())).not.toHaveProperty("total");
    expect((await users.list("nobody", {}, pageRequest({ total: true }))).total).toBe(0);
  });
}

function orders(open: OpenSubject): void {
  test("resources in the order of type and id, across types that are each other's beginning", async () => {
    const storage = await openWithOrganization(open);
    const pairs = ["a", "a-b", "a_b", "ab"].flatMap((type) =>
      ["1", " ", "a b", "z"].map((id) => [type, id]),
    );
    await storage.transaction(tenantId, async (ports) => {
      for (const [type = "", id = ""] of [...pairs].reverse()) {
        await ports.resources.insert(resourceRecord(tenantId, "org", id, { type }));
      }
    });
    const seen = await readAllPages<Resource>(
      (page) => storage.committed.resources.list(tenantId, "org", undefined, page),
      3,
    );
    const compare = (a: string, b: string) => (a < b ? -1 : a > b ? 1 : 0);
    const ordered = [...pairs].sort(
      ([a = "", b = ""], [c = "", d = ""]) => compare(a, c) || compare(b, d),
    );
    expect(seen.map((resource) => [resource.type, resource.external_id])).toEqual(ordered);
  });
}

function searching(open: OpenSubject): void {
  test("what contains the text that is searched, with no wildcards in it", async () => {
    const storage = await openWithTenant(open);
    const names = [
      "100% sure",
      "100 percent",
      "under_score",
      "underXscore",
      "back\\slash",
      "quo'te",
    ];
    await storage.transaction(tenantId, async (ports) => {
      for (const [index, name] of names.entries()) {
        await ports.users.insert(userRecord(tenantId, `u${index}`, { username: null, name }));
        await ports.organizations.insert(
          organizationRecord(tenantId, `o${index}`, { name, slug: `slug-${index}` }),
        );
      }
    });
    const search = async (q: string) => {
      const { organizations, users } = storage.committed;
      const found = itemsOf<User>(await users.list(tenantId, { q }, pageRequest()));
      const organized = itemsOf<Organization>(
        await organizations.list(tenantId, { q }, pageRequest()),
      );
      expect(organized.map((item) => item.name)).toEqual(found.map((item) => item.name));
      return found.map((item) => item.name);
    };
    expect(await search("100%")).toEqual(["100% sure"]);
    expect(await search("r_s")).toEqual(["under_score"]);
    expect(await search("\\")).toEqual(["back\\slash"]);
    expect(await search("'")).toEqual(["quo'te"]);
    expect(await search("%")).toEqual(["100% sure"]);
    expect(await search("*")).toEqual([]);
  });

  test("without regard to case, in letters beyond ASCII too, after a change as well", async () => {
    const storage = await openWithTenant(open);
    await storage.transaction(tenantId, async (ports) => {
      await ports.users.insert(
        userRecord(tenantId, "u", { username: "Ünal", name: "STRASSE", email: "x@example.com" }),
      );
      await ports.organizations.insert(
        organizationRecord(tenantId, "o", { name: "ÉCOLE Ørsted", slug: "ecole" }),
      );
    });
    const users = async (q: string) =>
      itemsOf<User>(await storage.committed.users.list(tenantId, { q: nameKey(q) }, pageRequest()))
        .length;
    const organizations = async (q: string) =>
      itemsOf<Organization>(
        await storage.committed.organizations.list(tenantId, { q: nameKey(q) }, pageRequest()),
      ).length;
    expect([
      await users("ÜNA"),
      await users("straße"),
      await users("X@EX"),
      await users("lstr"),
    ]).toEqual([1, 1, 1, 0]);
    expect([await organizations("école ØR"), await organizations("ECOLE")]).toEqual([1, 1]);
    await storage.transaction(tenantId, (ports) =>
      ports.users.update(userRecord(tenantId, "u", { username: "neu", name: "Ärger" })),
    );
    expect([await users("ärg"), await users("strasse")]).toEqual([1, 0]);
  });
}

function items(open: OpenSubject): void {
  test("items that are what a look-up gives, but for what is private", async () => {
    const { storage } = await open();
    await storage.transaction(tenantId, async (ports) => {
      await addTenant(ports);
      await addOrganization(ports);
      await addTeams(ports);
    });
    await expectItems(storage);
  });
}

async function expectItems({ committed }: Storage): Promise<void> {
  const { members, organizations, teams, users } = committed;
  const user = await users.find(tenantId, "ann");
  const { private_metadata: _, username_key: __, ...publicUser } = user ?? {};
  expect(itemsOf(await users.list(tenantId, {}, pageRequest({ limit: 1 })))).toEqual([publicUser]);
  const organization = await organizations.find(tenantId, "org");
  const { private_metadata, name_key, seat_count, member_count, ...shown } = organization ?? {};
  expect(itemsOf(await organizations.list(tenantId, {}, pageRequest()))).toEqual([shown]);
  const member = await members.findMember(tenantId, "org", "ann");
  expect(itemsOf(await members.list(tenantId, "org", {}, pageRequest({ limit: 1 })))).toEqual([
    member,
  ]);
  const team = await teams.find(tenantId, "org", "inner");
  const { name_key: ___, depth, ...shownTeam } = team ?? {};
  expect(itemsOf(await teams.list(tenantId, "org", {}, pageRequest({ limit: 1 })))).toEqual([
    shownTeam,
  ]);
  const place = await teams.findMember(tenantId, "org", "inner", "bob");
  expect(itemsOf(await teams.listMembers(tenantId, "org", "inner", pageRequest()))).toEqual([
    place,
  ]);
}
