import { describe, expect, test } from "vitest";
import {
  addOrganization,
  addTeams,
  addTenant,
  type OpenSubject,
  openWithOrganization,
  tenantId,
} from "./open-subject.ts";
import {
  eventRecord,
  membershipRecord,
  organizationRecord,
  resourceRecord,
  roleRecord,
  teamMemberRecord,
  teamRecord,
  tenantRoles,
  userRecord,
} from "./records.ts";

export function describeAccess(open: OpenSubject): void {
  describe("finds what a user may do", () => {
    heldRoles(open);
    changedRoles(open);
    owners(open);
    removals(open);
  });
}

function heldRoles(open: OpenSubject): void {
  test("by the roles held directly, with both revisions and every status", async () => {
    const storage = await openWithOrganization(open);
    await storage.transaction(tenantId, (ports) => ports.organizations.lock(tenantId, "org"));
    expect(await storage.committed.access.findAccess(tenantId, "org", "ann")).toEqual({
      organization_status: "active",
      organization_revision: 2,
      tenant_status: "active",
      tenant_revision: 1,
      user_status: "active",
      is_tenant_administrator: false,
      membership_status: "active",
      roles: [{ key: "owner", rank: 100, permissions: ["*"] }],
    });
  });

  test("and whether they administer the tenant", async () => {
    const storage = await openWithOrganization(open);
    const { access } = storage.committed;
    const administers = async (userId: string) =>
      (await access.findAccess(tenantId, "org", userId))?.is_tenant_administrator;
    await storage.transaction(tenantId, (ports) =>
      ports.users.setTenantAdministrator(tenantId, "bob", true),
    );
    expect([await administers("ann"), await administers("bob")]).toEqual([false, true]);
    await storage.transaction(tenantId, (ports) =>
      ports.users.setTenantAdministrator(tenantId, "bob", false),
    );
    expect(await administers("bob")).toBe(false);
  });

  test("by the roles of teams, of the teams around them, and of the organization's own", async () => {
    const { storage } = await open();
    await storage.transaction(tenantId, async (ports) => {
      await addTenant(ports);
      await addOrganization(ports);
      await addTeams(ports);
      const own = roleRecord(tenantId, "own", {
        organization_id: "org",
        rank: 60,
        permissions: ["own:do"],
      });
      await ports.roles.insert(own);
      const held = [{ scope: "organization" as const, key: "own" }, ...tenantRoles("member")];
      await ports.teams.update(
        teamRecord(tenantId, "org", "inner", { parent_team_id: "outer", depth: 2 }),
        held,
      );
      // A team that bob is not in, and a team inside the one that he is in.
      await ports.teams.insert(teamRecord(tenantId, "org", "else"), tenantRoles("owner"));
      const below = teamRecord(tenantId, "org", "below", { parent_team_id: "inner", depth: 3 });
      await ports.teams.insert(below, tenantRoles("owner"));
    });
    const access = await storage.committed.access.findAccess(tenantId, "org", "bob");
    expect(access?.roles).toEqual([
      { key: "own", rank: 60, permissions: ["own:do"] },
      { key: "developer", rank: 40, permissions: ["resource:write", "resource:read"] },
      { key: "member", rank: 20, permissions: ["member:read"] },
    ]);
  });
}

function changedRoles(open: OpenSubject): void {
  test("no longer by a team after the place in it is gone", async () => {
    const { storage } = await open();
    await storage.transaction(tenantId, async (ports) => {
      await addTenant(ports);
      await addOrganization(ports);
      await addTeams(ports);
    });
    const keys = async () =>
      (await storage.committed.access.findAccess(tenantId, "org", "bob"))?.roles.map(
        ({ key }) => key,
      );
    expect(await keys()).toEqual(["developer", "member"]);
    await storage.transaction(tenantId, (ports) =>
      ports.teams.removeMember(tenantId, "org", "inner", "bob"),
    );
    expect(await keys()).toEqual(["member"]);
  });

  test("by a role's permissions as they are now", async () => {
    const storage = await openWithOrganization(open);
    const permissions = async () =>
      (await storage.committed.access.findAccess(tenantId, "org", "bob"))?.roles[0]?.permissions;
    expect(await permissions()).toEqual(["member:read"]);
    const changed = roleRecord(tenantId, "member", { permissions: ["team:read"], revision: 2 });
    await storage.transaction(tenantId, (ports) => ports.roles.update(changed));
    expect(await permissions()).toEqual(["team:read"]);
  });

  test("and nothing where user, organization or membership is not there", async () => {
    const storage = await openWithOrganization(open);
    const { access } = storage.committed;
    expect(await access.findAccess(tenantId, "org", "cid")).toBeUndefined();
    expect(await access.findAccess(tenantId, "org", "nobody")).toBeUndefined();
    expect(await access.findAccess(tenantId, "nowhere", "ann")).toBeUndefined();
    expect(await access.organizationRevision(tenantId, "nowhere")).toBeUndefined();
  });
}

function owners(open: OpenSubject): void {
  test("whether there is another owner who can act", async () => {
    const storage = await openWithOrganization(open);
    const hasOther = (userId: string) =>
      storage.committed.members.hasOtherOwner(tenantId, "org", userId);
    expect([await hasOther("ann"), await hasOther("bob")]).toEqual([false, true]);
    const second = membershipRecord(tenantId, "org", "bob", { role: "owner" });
    await storage.transaction(tenantId, (ports) =>
      ports.members.update(second, tenantRoles("owner")),
    );
    expect(await hasOther("ann")).toBe(true);
    const suspended = { ...second, status: "suspended" as const };
    await storage.transaction(tenantId, (ports) => ports.members.update(suspended, null));
    expect(await hasOther("ann")).toBe(false);
    await storage.transaction(tenantId, async (ports) => {
      await ports.members.update(second, null);
      await ports.users.update(userRecord(tenantId, "bob", { status: "deactivated" }));
    });
    expect(await hasOther("ann")).toBe(false);
  });

  test("which living organizations somebody owns", async () => {
    const storage = await openWithOrganization(open);
    await storage.transaction(tenantId, async (ports) => {
      for (const [id, status] of [
        ["b", "suspended"],
        ["c", "deleted"],
        ["a", "active"],
      ] as const) {
        await ports.organizations.insert(organizationRecord(tenantId, id, { status }));
        await ports.members.insert(
          membershipRecord(tenantId, id, "ann", { role: "owner" }),
          tenantRoles("owner"),
        );
      }
      await ports.organizations.insert(organizationRecord(tenantId, "d"));
      await ports.members.insert(membershipRecord(tenantId, "d", "ann"), tenantRoles("member"));
    });
    const owned = await storage.committed.members.organizationsOwnedBy(tenantId, "ann");
    expect(owned).toEqual(["a", "b", "org"]);
  });
}

function removals(open: OpenSubject): void {
  test("nothing of a member who was removed: no role, no place in a team", async () => {
    const { storage } = await open();
    await storage.transaction(tenantId, async (ports) => {
      await addTenant(ports);
      await addOrganization(ports);
      await addTeams(ports);
    });
    await storage.transaction(tenantId, (ports) => ports.members.remove(tenantId, "org", "bob"));
    const { access, teams } = storage.committed;
    expect(await access.findAccess(tenantId, "org", "bob")).toBeUndefined();
    expect(await teams.teamsOf(tenantId, "org", "bob")).toEqual([]);
    const again = membershipRecord(tenantId, "org", "bob", { role: "developer" });
    await storage.transaction(tenantId, (ports) =>
      ports.members.insert(again, tenantRoles("developer")),
    );
    const roles = (await access.findAccess(tenantId, "org", "bob"))?.roles.map(({ key }) => key);
    expect(roles).toEqual(["developer"]);
  });

  test("nothing in an organization that was purged, and its slug and name are free", async () => {
    const { storage } = await open();
    const { access, events, members, organizations, resources, roles, teams } = storage.committed;
    await storage.transaction(tenantId, async (ports) => {
      await addTenant(ports);
      await addOrganization(ports);
      await addTeams(ports);
      await ports.roles.insert(roleRecord(tenantId, "own", { organization_id: "org" }));
      await ports.teams.insertMember(teamMemberRecord(tenantId, "org", "outer", "ann"));
      await ports.members.update(membershipRecord(tenantId, "org", "bob", { role: "own" }), [
        { scope: "organization", key: "own" },
      ]);
      await ports.resources.insert(resourceRecord(tenantId, "org", "p1"));
      await ports.events.append(eventRecord(tenantId, "org", 1));
    });
    await storage.transaction(tenantId, (ports) => ports.organizations.purge(tenantId, "org"));
    expect(await organizations.find(tenantId, "org")).toBeUndefined();
    await storage.transaction(tenantId, (ports) =>
      ports.organizations.insert(organizationRecord(tenantId, "org")),
    );
    expect(await access.findAccess(tenantId, "org", "ann")).toBeUndefined();
    expect(await members.find(tenantId, "org", "ann")).toBeUndefined();
    expect(await teams.all(tenantId, "org")).toEqual([]);
    expect(await roles.find(tenantId, "org", "own")).toBeUndefined();
    expect(await resources.find(tenantId, "org", "project", "p1")).toBeUndefined();
    expect((await organizations.stats(tenantId, "org"))?.project_count).toBe(0);
    expect(await events.list(tenantId, "org", 0, 10)).toHaveLength(1);
  });
}
