import {
  acceptMembership,
  addMember,
  addTeamMember,
  type Context,
  check,
  createOrganization,
  createRole,
  createTeam,
  createTenant,
  deleteOrganization,
  deleteRole,
  deleteTeam,
  getMember,
  getOrganization,
  getTeam,
  listEvents,
  listMembers,
  listOrganizations,
  listResources,
  listRoles,
  listTeamMembers,
  listTeams,
  listUserOrganizations,
  openPage,
  registerResource,
  removeMember,
  removeResource,
  removeTeamMember,
  restoreOrganization,
  setBilling,
  setPlan,
  setStatus,
  updateMember,
  updateOrganization,
  updateRole,
  updateTeam,
  updateTeamMember,
} from "@tenantry/core";
import { expect, test } from "vitest";
import { as, makeOrganization, makeUser, openTestTenantry } from "./test-tenantry.ts";

interface Target {
  readonly organizationId: string;
  readonly memberId: string;
  readonly teamId: string;
}

/** Every operation on an organization and what is in it. A new one belongs here. */
const operations: Record<string, (ctx: Context, target: Target) => unknown> = {
  getOrganization: (ctx, t) => getOrganization(ctx, t.organizationId),
  updateOrganization: (ctx, t) => updateOrganization(ctx, t.organizationId, { name: "Mine" }),
  deleteOrganization: (ctx, t) => deleteOrganization(ctx, t.organizationId),
  restoreOrganization: (ctx, t) => restoreOrganization(ctx, t.organizationId),
  setPlan: (ctx, t) => setPlan(ctx, t.organizationId, { plan_tier: "starter" }),
  setStatus: (ctx, t) => setStatus(ctx, t.organizationId, { status: "suspended" }),
  setBilling: (ctx, t) => setBilling(ctx, t.organizationId, { lago_customer_id: "x" }),
  listMembers: (ctx, t) => listMembers(ctx, t.organizationId),
  getMember: (ctx, t) => getMember(ctx, t.organizationId, t.memberId),
  addMember: (ctx, t) =>
    addMember(ctx, t.organizationId, {
      user_id: ctx.actor.type === "user" ? ctx.actor.id : t.memberId,
    }),
  updateMember: (ctx, t) => updateMember(ctx, t.organizationId, t.memberId, { role: "viewer" }),
  removeMember: (ctx, t) => removeMember(ctx, t.organizationId, t.memberId),
  acceptMembership: (ctx, t) => acceptMembership(ctx, t.organizationId, t.memberId),
  listRoles: (ctx, t) => listRoles(ctx, t.organizationId),
  createRole: (ctx, t) =>
    createRole(ctx, t.organizationId, { key: "x", name: "X", rank: 1, permissions: [] }),
  updateRole: (ctx, t) => updateRole(ctx, t.organizationId, "own", { name: "X" }),
  deleteRole: (ctx, t) => deleteRole(ctx, t.organizationId, "own"),
  listTeams: (ctx, t) => listTeams(ctx, t.organizationId),
  getTeam: (ctx, t) => getTeam(ctx, t.organizationId, t.teamId),
  createTeam: (ctx, t) => createTeam(ctx, t.organizationId, { name: "X" }),
  updateTeam: (ctx, t) => updateTeam(ctx, t.organizationId, t.teamId, { name: "X" }),
  deleteTeam: (ctx, t) => deleteTeam(ctx, t.organizationId, t.teamId),
  listTeamMembers: (ctx, t) => listTeamMembers(ctx, t.organizationId, t.teamId),
  addTeamMember: (ctx, t) =>
    addTeamMember(ctx, t.organizationId, t.teamId, { user_id: t.memberId }),
  updateTeamMember: (ctx, t) =>
    updateTeamMember(ctx, t.organizationId, t.teamId, t.memberId, { role: "maintainer" }),
  removeTeamMember: (ctx, t) => removeTeamMember(ctx, t.organizationId, t.teamId, t.memberId),
  registerResource: (ctx, t) =>
    registerResource(ctx, t.organizationId, { type: "project", external_id: "x" }),
  listResources: (ctx, t) => listResources(ctx, t.organizationId),
  removeResource: (ctx, t) => removeResource(ctx, t.organizationId, "project", "p1"),
  listEvents: (ctx, t) => listEvents(ctx, t.organizationId),
};

async function setUp() {
  const tenantry = await openTestTenantry();
  const a = await makeOrganization(tenantry);
  const b = await makeOrganization(tenantry);
  const member = await makeUser(tenantry);
  const owner = as(tenantry, b.owner);
  await addMember(owner, b.organization.id, { user_id: member.id });
  await createRole(owner, b.organization.id, { key: "own", name: "Own", rank: 1, permissions: [] });
  const team = await createTeam(owner, b.organization.id, { name: "Team" });
  await addTeamMember(owner, b.organization.id, team.id, { user_id: member.id });
  await registerResource(owner, b.organization.id, { type: "project", external_id: "p1" });
  const target = { organizationId: b.organization.id, memberId: member.id, teamId: team.id };
  return { tenantry, a, b, target };
}

/** Everything that is kept of an organization, for seeing that nothing of it changed. */
async function everythingOf(ctx: Context, organizationId: string) {
  return [
    await getOrganization(ctx, organizationId),
    await listMembers(ctx, organizationId),
    await listRoles(ctx, organizationId),
    await listTeams(ctx, organizationId),
    await listEvents(ctx, organizationId),
  ];
}

test.each(Object.entries(operations))(
  "answers the owner of another organization as if there were none: %s",
  async (_, operate) => {
    const { tenantry, a, b, target } = await setUp();
    const before = await everythingOf(tenantry.context(), b.organization.id);
    const stranger = as(tenantry, a.owner);
    const foreign = await failure(() => operate(stranger, target));
    const unknown = await failure(() =>
      operate(stranger, { ...target, organizationId: "org_that_never_was" }),
    );
    expect(foreign).toEqual({ code: "organization_not_found", message: unknown?.message });
    expect(unknown?.code).toBe("organization_not_found");
    expect(await everythingOf(tenantry.context(), b.organization.id)).toEqual(before);
  },
);

test.each(Object.entries(operations))(
  "refuses whoever has not said who they are: %s",
  async (_, operate) => {
    const { tenantry, target } = await setUp();
    const anonymous = tenantry.context({ actor: { type: "anonymous" } });
    expect(await failure(() => operate(anonymous, target))).toMatchObject({
      code: expect.stringMatching(/^authentication_required$|^organization_not_found$/),
    });
  },
);

test.each(Object.entries(operations))(
  "finds nothing by an id of another organization on one's own path: %s",
  async (name, operate) => {
    const { tenantry, a, b, target } = await setUp();
    const before = await everythingOf(tenantry.context(), b.organization.id);
    const own = { ...target, organizationId: a.organization.id };
    const takesAnId = /Team|getMember|updateMember|removeMember|Role$|removeResource/.test(name);
    const isOwnWork = /^create|^list/.test(name) && name !== "listTeamMembers";
    if (takesAnId && !isOwnWork) {
      expect((await failure(() => operate(as(tenantry, a.owner), own)))?.code).toMatch(
        /_not_found$/,
      );
    }
    expect(await everythingOf(tenantry.context(), b.organization.id)).toEqual(before);
  },
);

test("lists to a user the organizations that they are in, and no other", async () => {
  const { tenantry, a } = await setUp();
  const list = openPage<{ id: string }>(
    await listOrganizations(as(tenantry, a.owner), { total: true }),
  );
  expect(list.items.map((item) => item.id)).toEqual([a.organization.id]);
  expect(list.total).toBe(1);
});

test("tells nobody the organizations of somebody else", async () => {
  const { tenantry, a, b } = await setUp();
  const failed = await failure(() => listUserOrganizations(as(tenantry, a.owner), b.owner.id));
  expect(failed?.code).toBe("user_not_found");
});

test("checks a stranger, an invited member and an unknown organization alike: false", async () => {
  const { tenantry, a, b } = await setUp();
  await addMember(as(tenantry, b.owner), b.organization.id, {
    user_id: a.owner.id,
    status: "invited",
  });
  const ctx = tenantry.context();
  const permission = "organization:read";
  for (const organization_id of [b.organization.id, "org_fake", "ORG", "'; drop table users; --"]) {
    const result = await check(ctx, { user_id: a.owner.id, organization_id, permission });
    expect(result).toMatchObject({ allowed: false, roles: [] });
  }
});

test("names an organization of its own that another tenant has, and meets nothing of it", async () => {
  const { tenantry, a } = await setUp();
  const other = await createTenant(tenantry.context(), { name: "Other" });
  const elsewhere = tenantry.context({ tenantId: other.id });
  expect(await failure(() => getOrganization(elsewhere, a.organization.id))).toMatchObject({
    code: "organization_not_found",
  });
  expect(openPage(await listOrganizations(elsewhere)).items).toEqual([]);
  expect(
    await failure(() =>
      createOrganization(elsewhere, { name: "X", tenant_id: a.organization.tenant_id }),
    ),
  ).toMatchObject({ code: "tenant_not_found" });
});

async function failure(
  work: () => unknown,
): Promise<{ code: string; message: string } | undefined> {
  try {
    await work();
    return undefined;
  } catch (error) {
    const { code, message } = error as { code: string; message: string };
    return { code, message };
  }
}
