import type { Membership, Organization, Ports, User } from "@tenantry/core";
import { describe, expect, test } from "vitest";
import { addTeams, type OpenSubject, openWithOrganization, tenantId } from "./open-subject.ts";
import { itemsOf, pageRequest, readAllPages } from "./pages.ts";
import {
  membershipRecord,
  organizationRecord,
  planRecord,
  roleRecord,
  teamRecord,
  tenantRoles,
  userRecord,
} from "./records.ts";

export function describeFilters(open: OpenSubject): void {
  describe("finds by filter", () => {
    memberFilters(open);
    organizationFilters(open);
    teamFilters(open);
    userOrganizations(open);
  });
}

function memberFilters(open: OpenSubject): void {
  test("as many members as it counts, under each filter and all together", async () => {
    const storage = await openWithOrganization(open);
    await storage.transaction(tenantId, addVariedMembers);
    const { members } = storage.committed;
    const all = itemsOf<Membership & { user: User }>(
      await members.list(tenantId, "org", {}, pageRequest({ limit: 200 })),
    );
    for (const role of [undefined, "member", "developer", "own", "nothing"]) {
      for (const status of [undefined, "active", "invited", "suspended"] as const) {
        for (const q of [undefined, "v1", "v"]) {
          const expected = all.filter(
            (member) =>
              (role === undefined || member.roles.includes(role)) &&
              (status === undefined || member.status === status) &&
              (q === undefined || (member.user.username ?? "").includes(q)),
          );
          const filter = { role, status, q };
          const page = await members.list(
            tenantId,
            "org",
            filter,
            pageRequest({ limit: 5, total: true }),
          );
          expect(page.total, JSON.stringify(filter)).toBe(expected.length);
          const rows = await readAllPages<Membership>(
            (request) => members.list(tenantId, "org", filter, request),
            4,
          );
          expect(rows, JSON.stringify(filter)).toEqual(expected);
        }
      }
    }
  });
}

function organizationFilters(open: OpenSubject): void {
  test("as many organizations as it counts, under each filter", async () => {
    const storage = await openWithOrganization(open);
    await storage.transaction(tenantId, addVariedOrganizations);
    const list = storage.committed.organizations.list;
    const filters = {
      "of every status but deleted": [{}, 4],
      "of any status": [{ status: "any" }, 5],
      deleted: [{ status: "deleted" }, 1],
      suspended: [{ status: "suspended" }, 1],
      active: [{ status: "active" }, 3],
      "by name": [{ name: "two" }, 1],
      "by name, deleted": [{ name: "two", status: "deleted" }, 0],
      "by domain": [{ domain: "example.com" }, 2],
      "by external id": [{ external_id: "e1" }, 1],
      "by plan": [{ plan_tier: "paid" }, 2],
      "of a member": [{ member_user_id: "bob" }, 2],
      "of a member and by domain": [{ member_user_id: "bob", domain: "example.com" }, 1],
      "of a member who is only invited": [{ member_user_id: "cid" }, 0],
      "of a member, deleted": [{ member_user_id: "bob", status: "deleted" }, 1],
      "by part of the slug": [{ q: "slug-t" }, 2],
      "by what none has": [{ q: "nothing", domain: "example.com" }, 0],
    } as const;
    for (const [name, [filter, count]] of Object.entries(filters)) {
      const page = await list(tenantId, filter, pageRequest({ total: true }));
      expect([itemsOf(page).length, page.total], name).toEqual([count, count]);
    }
  });
}

function teamFilters(open: OpenSubject): void {
  test("as many teams as it counts, by name and by the team around them", async () => {
    const storage = await openWithOrganization(open);
    await storage.transaction(tenantId, async (ports) => {
      await addTeams(ports);
      await ports.teams.insert(
        teamRecord(tenantId, "org", "third", { parent_team_id: "outer" }),
        [],
      );
    });
    const count = async (filter: object) => {
      const page = await storage.committed.teams.list(
        tenantId,
        "org",
        filter,
        pageRequest({ total: true }),
      );
      expect(page.total).toBe(itemsOf(page).length);
      return page.total;
    };
    expect(await count({})).toBe(3);
    expect(await count({ q: "team" })).toBe(3);
    expect(await count({ q: "third" })).toBe(1);
    expect(await count({ parent_team_id: "outer" })).toBe(2);
    expect(await count({ parent_team_id: "outer", q: "inn" })).toBe(1);
    expect(await count({ parent_team_id: "inner" })).toBe(0);
  });
}

async function addVariedMembers(ports: Ports): Promise<void> {
  await ports.roles.insert(roleRecord(tenantId, "own", { organization_id: "org", rank: 50 }));
  const statuses = ["active", "invited", "suspended"] as const;
  for (const [index, id] of Array.from(
    { length: 24 },
    (_, number) => `v${number + 10}`,
  ).entries()) {
    const role = ["member", "developer", "own"][index % 3] as string;
    const roles = index % 4 === 0 ? [role, role === "member" ? "developer" : "member"] : [role];
    const status = statuses[Math.floor(index / 5) % 3] ?? "active";
    await ports.users.insert(userRecord(tenantId, id));
    await ports.members.insert(
      membershipRecord(tenantId, "org", id, { role, roles, status }),
      roles.map((key) => ({ scope: key === "own" ? "organization" : "tenant", key })),
    );
  }
  // Without a filter, the total is a count that each write maintains.
  const page = await ports.members.list(tenantId, "org", {}, pageRequest({ limit: 200 }));
  const { length } = itemsOf(page);
  await ports.organizations.setCounts(tenantId, "org", length, length);
}

async function addVariedOrganizations(ports: Ports): Promise<void> {
  await ports.plans.insert(planRecord(tenantId, "paid"));
  const organizations = [
    organizationRecord(tenantId, "o1", { name: "One", slug: "slug-one", domain: "example.com" }),
    organizationRecord(tenantId, "o2", {
      name: "Two",
      slug: "slug-two",
      domain: "example.com",
      plan_tier: "paid",
      status: "suspended",
    }),
    organizationRecord(tenantId, "o3", {
      name: "Three",
      slug: "slug-three",
      plan_tier: "paid",
      external_id: "e1",
    }),
    organizationRecord(tenantId, "o4", { name: "Four", slug: "slug-four", status: "deleted" }),
  ];
  for (const organization of organizations) await ports.organizations.insert(organization);
  for (const id of ["o2", "o4"]) {
    await ports.members.insert(membershipRecord(tenantId, id, "bob"), tenantRoles("member"));
  }
  await ports.members.insert(
    membershipRecord(tenantId, "o1", "cid", { status: "invited" }),
    tenantRoles("member"),
  );
}

function userOrganizations(open: OpenSubject): void {
  test("a user's living organizations, where the membership is active, with what the user is there", async () => {
    const storage = await openWithOrganization(open);
    await storage.transaction(tenantId, addVariedOrganizations);
    const page = await storage.committed.members.listUserOrganizations(
      tenantId,
      "bob",
      pageRequest({ total: true }),
    );
    const found = itemsOf<Organization & { role: string; membership_status: string }>(page);
    expect(found.map((item) => [item.id, item.role, item.membership_status])).toEqual([
      ["o2", "member", "active"],
      ["org", "member", "active"],
    ]);
    expect(page.total).toBe(2);
    const invited = await storage.committed.members.listUserOrganizations(
      tenantId,
      "cid",
      pageRequest(),
    );
    expect(itemsOf(invited)).toEqual([]);
  });
}
