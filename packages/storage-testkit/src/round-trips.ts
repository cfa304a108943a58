import {
  type Membership,
  nameKey,
  type OrganizationRecord,
  type TeamRecord,
  type UserRecord,
} from "@tenantry/core";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  addTeams,
  type OpenSubject,
  openWithOrganization,
  openWithTenant,
  tenantId,
} from "./open-subject.ts";
import {
  later,
  membershipRecord,
  organizationRecord,
  planRecord,
  roleRecord,
  teamMemberRecord,
  teamRecord,
  tenantRecord,
  tenantRoles,
  userRecord,
} from "./records.ts";

/** Every kind of JSON value, and values that are easily stored wrongly. */
const oddMetadata = {
  text: "ünï ☃ 😀 'quoted' \"twice\" \\ \n\t",
  empty: "",
  number: -1.5e-7,
  large: 9_007_199_254_740_991,
  no: false,
  nothing: null,
  list: [1, "two", [], {}],
  nested: { "": { "a.b": { "c'd": true } } },
};

const fullUser: UserRecord = userRecord(tenantId, "dora", {
  username: "Dörà",
  email: "dora@example.com",
  email_verified: true,
  name: "Dörà 😀",
  external_id: "ext-1",
  metadata: oddMetadata,
  private_metadata: { note: "private" },
  client_metadata: { theme: "dark" },
  revision: 7,
});

const fullOrganization: OrganizationRecord = organizationRecord(tenantId, "full", {
  name: "Füll & Söhne",
  slug: "full",
  domain: "example.com",
  billing_email: "billing@example.com",
  billing_address: { street: "Straße 1", lines: ["a", "b"] },
  lago_customer_id: "lago-1",
  stripe_customer_id: "stripe-1",
  logo_url: "https://example.com/logo.png",
  metadata: oddMetadata,
  private_metadata: { note: "private" },
  client_metadata: { theme: "dark" },
  external_id: "ext-1",
  revision: 3,
  row_revision: 2,
});

export function describeRoundTrips(open: OpenSubject): void {
  describe("gives back what was written", () => {
    tenantRecords(open);
    catalogueRecords(open);
    userRecords(open);
    organizationRecords(open);
    memberRecords(open);
    teamRecords(open);
    anyJson(open);
  });
}

function tenantRecords(open: OpenSubject): void {
  test("a tenant, by its id, its slug and its short id", async () => {
    const { storage } = await open();
    const tenant = tenantRecord("t", { placement: "dedicated", status: "suspended", revision: 5 });
    await storage.transaction(null, (ports) => ports.tenants.insert(tenant));
    const { tenants } = storage.committed;
    expect(await tenants.find("t")).toEqual(tenant);
    expect(await tenants.findBySlug(tenant.slug)).toEqual(tenant);
    expect(await tenants.findByShortId(tenant.short_id)).toEqual(tenant);
    expect(await tenants.all()).toContainEqual(tenant);
    expect(await storage.transaction(null, (ports) => ports.tenants.lock("t"))).toEqual({
      ...tenant,
      revision: 6,
    });
    expect(
      await storage.transaction(null, (ports) => ports.tenants.lock("nobody")),
    ).toBeUndefined();
  });

  test("a tenant's change, but for its ids, its revision and its beginning", async () => {
    const { storage } = await open();
    const tenant = tenantRecord("t");
    const changed = tenantRecord("t", {
      slug: "new",
      short_id: "another",
      name: "New",
      status: "deleted",
      placement: "dedicated",
      revision: 9,
      row_revision: 9,
      created_at: later,
      updated_at: later,
      deleted_at: later,
    });
    await storage.transaction("t", (ports) => ports.tenants.insert(tenant));
    await storage.transaction("t", (ports) => ports.tenants.update(changed));
    const { short_id, revision, created_at } = tenant;
    expect(await storage.committed.tenants.find("t")).toEqual({
      ...changed,
      short_id,
      revision,
      created_at,
    });
  });
}

function catalogueRecords(open: OpenSubject): void {
  test("a plan with seats unlimited, counted and absent", async () => {
    const storage = await openWithTenant(open);
    const counted = planRecord(tenantId, "counted", {
      seats: 5,
      entitlements: { sso: true, quota: 3 },
    });
    const none = planRecord(tenantId, "none", { seats: 0 });
    const absent = planRecord(tenantId, "absent", { seats: null });
    await storage.transaction(tenantId, async (ports) => {
      for (const plan of [none, counted, absent]) await ports.plans.insert(plan);
    });
    const { plans } = storage.committed;
    expect(await plans.find(tenantId, "counted")).toEqual(counted);
    const free = planRecord(tenantId, "free", { is_default: true });
    expect(await plans.findDefault(tenantId)).toEqual(free);
    expect(await plans.list(tenantId)).toEqual([absent, counted, free, none]);
    const changed = { ...counted, name: "Other", seats: "unlimited" as const, revision: 2 };
    await storage.transaction(tenantId, async (ports) => {
      await ports.plans.update(changed);
      await ports.plans.remove(tenantId, "none");
    });
    expect(await plans.find(tenantId, "counted")).toEqual(changed);
    expect(await plans.find(tenantId, "none")).toBeUndefined();
  });

  test("a role of the tenant and one of an organization's own, by rank", async () => {
    const storage = await openWithOrganization(open);
    const own = roleRecord(tenantId, "own", {
      organization_id: "org",
      rank: 60,
      description: "Own",
      permissions: ["a:b", "c:d"],
    });
    await storage.transaction(tenantId, (ports) => ports.roles.insert(own));
    const { roles } = storage.committed;
    expect(await roles.find(tenantId, "org", "own")).toEqual(own);
    expect(await roles.find(tenantId, null, "own")).toBeUndefined();
    expect(await roles.find(tenantId, "other", "own")).toBeUndefined();
    expect((await roles.find(tenantId, "org", "member"))?.organization_id).toBeNull();
    const keys = (list: readonly { key: string }[]) => list.map((role) => role.key);
    expect(keys(await roles.list(tenantId, "org"))).toEqual([
      "owner",
      "own",
      "developer",
      "member",
    ]);
    expect(keys(await roles.list(tenantId, null))).toEqual(["owner", "developer", "member"]);
    expect(await roles.isKeyTakenByAnOrganization(tenantId, "own")).toBe(true);
    expect(await roles.isKeyTakenByAnOrganization(tenantId, "member")).toBe(false);
    const changed = { ...own, name: "New", permissions: [], revision: 9, updated_at: later };
    await storage.transaction(tenantId, (ports) => ports.roles.update(changed));
    expect(await roles.find(tenantId, "org", "own")).toEqual(changed);
    await storage.transaction(tenantId, (ports) => ports.roles.remove(changed));
    expect(await roles.find(tenantId, "org", "own")).toBeUndefined();
  });
}

function userRecords(open: OpenSubject): void {
  test("a user with everything and one with nothing", async () => {
    const storage = await openWithTenant(open);
    const bare = userRecord(tenantId, "bare", { username: null });
    await storage.transaction(tenantId, async (ports) => {
      await ports.users.insert(fullUser);
      await ports.users.insert(bare);
    });
    const { users } = storage.committed;
    expect(await users.find(tenantId, "dora")).toEqual(fullUser);
    expect(await users.find(tenantId, "bare")).toEqual(bare);
    expect(await users.findStatus(tenantId, "dora")).toBe(fullUser.status);
    expect(await users.findStatus(tenantId, "nobody")).toBeUndefined();
    expect(await users.findByEmail(tenantId, "dora@example.com")).toEqual(fullUser);
    expect(await users.findByUsernameKey(tenantId, "dörà")).toEqual(fullUser);
    const changed = userRecord(tenantId, "dora", {
      ...fullUser,
      username: "else",
      email: null,
      email_verified: false,
      status: "deactivated",
      updated_at: later,
    });
    await storage.transaction(tenantId, (ports) => ports.users.update(changed));
    expect(await users.find(tenantId, "dora")).toEqual(changed);
    expect(await users.findStatus(tenantId, "dora")).toBe("deactivated");
    expect(await users.findByEmail(tenantId, "dora@example.com")).toBeUndefined();
  });

  test("a password and whether somebody administers the tenant", async () => {
    const storage = await openWithOrganization(open);
    const { users } = storage.committed;
    expect(await users.findPasswordHash(tenantId, "ann")).toBeUndefined();
    await storage.transaction(tenantId, (ports) =>
      ports.users.setPasswordHash(tenantId, "ann", "one", later),
    );
    await storage.transaction(tenantId, (ports) =>
      ports.users.setPasswordHash(tenantId, "ann", "two", later),
    );
    expect(await users.findPasswordHash(tenantId, "ann")).toBe("two");
    const grant = () =>
      storage.transaction(tenantId, (ports) =>
        ports.users.setTenantAdministrator(tenantId, "ann", true),
      );
    const revoke = () =>
      storage.transaction(tenantId, (ports) =>
        ports.users.setTenantAdministrator(tenantId, "ann", false),
      );
    expect(await users.isTenantAdministrator(tenantId, "ann")).toBe(false);
    expect([await grant(), await grant()]).toEqual([true, false]);
    expect(await users.isTenantAdministrator(tenantId, "ann")).toBe(true);
    expect([await revoke(), await revoke()]).toEqual([true, false]);
  });
}

function organizationRecords(open: OpenSubject): void {
  test("an organization with everything and one with nothing", async () => {
    const storage = await openWithTenant(open);
    const bare = organizationRecord(tenantId, "bare", { billing_address: "One street" });
    await storage.transaction(tenantId, async (ports) => {
      await ports.organizations.insert(fullOrganization);
      await ports.organizations.insert(bare);
    });
    const { organizations } = storage.committed;
    expect(await organizations.find(tenantId, "full")).toEqual(fullOrganization);
    expect(await organizations.find(tenantId, "bare")).toEqual(bare);
    expect(await organizations.findBySlug(tenantId, "full")).toEqual(fullOrganization);
    expect(await organizations.findByNameKey(tenantId, nameKey("FÜLL & söhne"))).toEqual(
      fullOrganization,
    );
  });

  test("a change of an organization, but for revision, counts and creation", async () => {
    const storage = await openWithTenant(open);
    await storage.transaction(tenantId, async (ports) => {
      await ports.organizations.insert(fullOrganization);
      await ports.organizations.setCounts(tenantId, "full", 4, 3);
    });
    const locked = await storage.transaction(tenantId, (ports) =>
      ports.organizations.lock(tenantId, "full"),
    );
    expect(locked).toEqual({ ...fullOrganization, revision: 4, seat_count: 4, member_count: 3 });
    const changed = organizationRecord(tenantId, "full", {
      name: "Other",
      slug: "other",
      status: "deleted",
      deleted_at: later,
      row_revision: 4,
      revision: 99,
      seat_count: 99,
      member_count: 99,
      created_at: later,
      updated_at: later,
    });
    await storage.transaction(tenantId, (ports) => ports.organizations.update(changed));
    expect(await storage.committed.organizations.find(tenantId, "full")).toEqual({
      ...changed,
      revision: 4,
      seat_count: 4,
      member_count: 3,
      created_at: fullOrganization.created_at,
    });
    expect(await storage.committed.access.organizationRevision(tenantId, "full")).toBe(4);
  });

  test("a deleted organization by its slug, and no longer by its name", async () => {
    const storage = await openWithTenant(open);
    const deleted = organizationRecord(tenantId, "gone", { name: "Gone", status: "deleted" });
    await storage.transaction(tenantId, (ports) => ports.organizations.insert(deleted));
    const { organizations } = storage.committed;
    expect(await organizations.findBySlug(tenantId, "gone")).toEqual(deleted);
    expect(await organizations.findByNameKey(tenantId, "gone")).toBeUndefined();
  });
}

function memberRecords(open: OpenSubject): void {
  test("a membership, alone and with its person", async () => {
    const storage = await openWithOrganization(open);
    const membership: Membership = membershipRecord(tenantId, "org", "dora", {
      role: "developer",
      roles: ["developer", "member"],
      status: "invited",
      invited_by_user_id: "ann",
      joined_at: null,
      last_active_at: later,
      metadata: oddMetadata,
    });
    await storage.transaction(tenantId, async (ports) => {
      await ports.users.insert(fullUser);
      await ports.members.insert(membership, tenantRoles("developer", "member"));
    });
    const { members } = storage.committed;
    expect(await members.find(tenantId, "org", "dora")).toEqual(membership);
    const { id, username, email, name } = fullUser;
    expect(await members.findMember(tenantId, "org", "dora")).toEqual({
      ...membership,
      user: { id, username, email, name },
    });
    const changed = { ...membership, role: "member", roles: ["member"], status: "active" as const };
    await storage.transaction(tenantId, (ports) =>
      ports.members.update(changed, tenantRoles("member")),
    );
    await storage.transaction(tenantId, (ports) =>
      ports.members.touch(tenantId, "org", "dora", later),
    );
    expect(await members.find(tenantId, "org", "dora")).toEqual(changed);
    const access = await storage.committed.access.findAccess(tenantId, "org", "dora");
    expect(access?.roles.map((role) => role.key)).toEqual(["member"]);
  });

  test("a changed membership whose roles stay", async () => {
    const storage = await openWithOrganization(open);
    const changed = membershipRecord(tenantId, "org", "bob", { status: "suspended" });
    await storage.transaction(tenantId, (ports) => ports.members.update(changed, null));
    const access = await storage.committed.access.findAccess(tenantId, "org", "bob");
    expect(access?.membership_status).toBe("suspended");
    expect(access?.roles.map((role) => role.key)).toEqual(["member"]);
  });
}

function teamRecords(open: OpenSubject): void {
  test("a team and who is in it", async () => {
    const storage = await openWithOrganization(open);
    const inner: TeamRecord = teamRecord(tenantId, "org", "inner", {
      parent_team_id: "outer",
      depth: 2,
      description: "Inner",
      metadata: oddMetadata,
    });
    await storage.transaction(tenantId, async (ports) => {
      await addTeams(ports);
      await ports.teams.update(inner, tenantRoles("member"));
    });
    const { teams } = storage.committed;
    expect(await teams.find(tenantId, "org", "inner")).toEqual(inner);
    expect(await teams.findByNameKey(tenantId, "org", inner.name_key)).toEqual(inner);
    expect(await teams.children(tenantId, "org", "outer")).toEqual([inner]);
    expect((await teams.all(tenantId, "org")).map((team) => team.id)).toEqual(["inner", "outer"]);
    expect(await teams.rolesThroughTeam(tenantId, "org", "inner")).toEqual(
      tenantRoles("developer", "member"),
    );
    const member = teamMemberRecord(tenantId, "org", "inner", "bob");
    expect(await teams.findMember(tenantId, "org", "inner", "bob")).toEqual(member);
    const changed = { ...member, role: "maintainer" as const, metadata: oddMetadata, revision: 2 };
    await storage.transaction(tenantId, (ports) => ports.teams.updateMember(changed));
    expect(await teams.teamsOf(tenantId, "org", "bob")).toEqual([changed]);
    await storage.transaction(tenantId, (ports) =>
      ports.teams.removeMember(tenantId, "org", "inner", "bob"),
    );
    expect(await teams.teamsOf(tenantId, "org", "bob")).toEqual([]);
  });
}

function anyJson(open: OpenSubject): void {
  test("any metadata that is JSON, and any name that is text", async () => {
    const storage = await openWithTenant(open);
    const metadata = fc.dictionary(fc.string(), fc.jsonValue() as fc.Arbitrary<fc.JsonValue>);
    // Without U+0000: PostgreSQL cannot store it, so no storage has to.
    const text = fc.string({ unit: "grapheme" }).filter((value) => !value.includes("\u0000"));
    let number = 0;
    await fc.assert(
      fc.asyncProperty(metadata, text, async (json, name) => {
        number += 1;
        const plain = JSON.parse(JSON.stringify(json)) as UserRecord["metadata"];
        const user = userRecord(tenantId, `u${number}`, { metadata: plain, name });
        await storage.transaction(tenantId, (ports) => ports.users.insert(user));
        const found = await storage.committed.users.find(tenantId, user.id);
        expect(JSON.stringify(found?.metadata)).toBe(JSON.stringify(plain));
        expect(found?.name).toBe(name);
      }),
      { numRuns: 50 },
    );
  });
}
