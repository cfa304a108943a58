import {
  acceptMembership,
  addMember,
  createTeam,
  deleteOrganization,
  type JsonPage,
  listMembers,
  listUserOrganizations,
  type PageRequest,
  purgeOrganization,
  removeMember,
  restoreOrganization,
  setPlan,
  setStatus,
  updateMember,
  updateOrganization,
  updateUser,
} from "@tenantry/core";
import type { Tenantry } from "tenantry";
import { expect, test } from "vitest";
import { startOtherProcess } from "./other-process.ts";
import { isJson, isPostgres, makeTestDatabase } from "./test-database.ts";
import { as, makeOrganization, makeUser, openTestTenantry } from "./test-tenantry.ts";

const firstPage: PageRequest = { limit: 50, after: null, skip: 0, total: true };

/** Both lists as the use cases answer them, and as they are read past every memory. */
async function bothWays(tenantry: Tenantry, organizationId: string, userId: string) {
  const ctx = tenantry.context();
  const { members } = tenantry.engine.storage.committed;
  const asked = [
    await listMembers(ctx, organizationId, { total: true }),
    await listMembers(ctx, organizationId, { total: true, role: "developer" }),
    await listMembers(ctx, organizationId, { total: true, status: "active" }),
    await listUserOrganizations(ctx, userId, { total: true }),
  ];
  const read = [
    await members.list(ctx.tenantId, organizationId, {}, firstPage),
    await members.list(ctx.tenantId, organizationId, { role: "developer" }, firstPage),
    await members.list(ctx.tenantId, organizationId, { status: "active" }, firstPage),
    await members.listUserOrganizations(ctx.tenantId, userId, firstPage),
  ];
  const shown = ({ items_json, has_more, total }: Omit<JsonPage, "next_cursor">) => ({
    items: JSON.parse(items_json),
    has_more,
    total,
  });
  return { asked: asked.map(shown), read: read.map(shown) };
}

test("shows in every list, after each kind of change, what a read shows", async () => {
  const tenantry = await openTestTenantry();
  const ctx = tenantry.context();
  const { organization } = await makeOrganization(tenantry);
  const { organization: second } = await makeOrganization(tenantry);
  const user = await makeUser(tenantry);
  const change = { role: "developer" };
  const changes: readonly (readonly [string, () => Promise<unknown>])[] = [
    ["an addition", () => addMember(ctx, organization.id, { user_id: user.id })],
    ["a role", () => updateMember(ctx, organization.id, user.id, change)],
    ["a name", () => updateUser(ctx, user.id, { name: "Another Name" })],
    ["a team", () => createTeam(ctx, organization.id, { name: "Team" })],
    ["an organization's name", () => updateOrganization(ctx, organization.id, { name: "Else" })],
    ["a plan", () => setPlan(ctx, organization.id, { plan_tier: "enterprise" })],
    ["another organization", () => addMember(ctx, second.id, { user_id: user.id, ...change })],
    ["a suspension", () => setStatus(ctx, organization.id, { status: "suspended" })],
    ["an activation", () => setStatus(ctx, organization.id, { status: "active" })],
    ["a member's suspension", () => updateMember(ctx, organization.id, user.id, suspended)],
    ["its end", () => updateMember(ctx, organization.id, user.id, { status: "active" })],
    ["a removal", () => removeMember(ctx, organization.id, user.id)],
    ["an invitation", () => addMember(ctx, organization.id, { user_id: user.id, ...invited })],
    ["its acceptance", () => acceptMembership(as(tenantry, user), organization.id, user.id)],
    ["a deletion", () => deleteOrganization(ctx, second.id)],
    ["a restoration", () => restoreOrganization(ctx, second.id, { name: "Come back" })],
    ["a deletion for good", () => deleteOrganization(ctx, second.id)],
    ["a purge", () => purgeOrganization(ctx, second.id)],
  ];
  for (const [kind, make] of changes) {
    await bothWays(tenantry, organization.id, user.id);
    await make();
    const { asked, read } = await bothWays(tenantry, organization.id, user.id);
    expect(asked, kind).toEqual(read);
  }
});

const suspended = { status: "suspended" } as const;
const invited = { status: "invited" } as const;

test("shows when a member was last active once that is written", async () => {
  const tenantry = await openTestTenantry();
  const { organization, owner } = await makeOrganization(tenantry);
  const { asked } = await bothWays(tenantry, organization.id, owner.id);
  expect(asked[0]?.items[0].last_active_at).toBeNull();
  await listMembers(as(tenantry, owner), organization.id);
  await tenantry.engine.flush();
  const { asked: later, read } = await bothWays(tenantry, organization.id, owner.id);
  expect(later[0]?.items[0].last_active_at).toEqual(expect.any(String));
  expect(later).toEqual(read);
});

test("refuses a list that is in memory to whoever is no member any more", async () => {
  const tenantry = await openTestTenantry();
  const { organization } = await makeOrganization(tenantry);
  const user = await makeUser(tenantry);
  await addMember(tenantry.context(), organization.id, { user_id: user.id });
  await listMembers(as(tenantry, user), organization.id);
  await removeMember(tenantry.context(), organization.id, user.id);
  await listMembers(tenantry.context(), organization.id);
  await expect(listMembers(as(tenantry, user), organization.id)).rejects.toMatchObject({
    code: "organization_not_found",
  });
});

test("shows in a list at once what another process acknowledged", async () => {
  const { url: databaseUrl } = await makeTestDatabase();
  const tenantry = await openTestTenantry({ databaseUrl, busyTimeoutMs: 60_000 });
  const other = await startOtherProcess(databaseUrl);
  const { organization } = await makeOrganization(tenantry);
  const user = await makeUser(tenantry);
  const at = { organizationId: organization.id, userId: user.id };
  for (let round = 0; round < 10; round++) {
    for (const action of ["add", "remove"] as const) {
      await bothWays(tenantry, organization.id, user.id);
      await other.run({ do: action, ...at });
      const { asked, read } = await bothWays(tenantry, organization.id, user.id);
      expect(asked).toEqual(read);
      expect(asked[0]?.total).toBe(action === "add" ? 2 : 1);
    }
  }
});

test.skipIf(isPostgres || isJson)(
  "answers a list that nothing changed without a read",
  async () => {
    const tenantry = await openTestTenantry();
    const { organization, owner } = await makeOrganization(tenantry);
    const lists = async () => [
      await listMembers(tenantry.context(), organization.id),
      await listUserOrganizations(as(tenantry, owner), owner.id),
    ];
    const [members, organizations] = await lists();
    // What happens elsewhere does not matter to them.
    await makeOrganization(tenantry);
    const again = await lists();
    expect(again[0]).toBe(members);
    expect(again[1]).toBe(organizations);
  },
);
