import {
  addMember,
  check,
  createOrganization,
  createTeam,
  deleteOrganization,
  getMember,
  getOrganization,
  insertOrganization,
  listEvents,
  listMembers,
  listOrganizations,
  listTeams,
  listUserOrganizations,
  mutate,
  openPage,
  purgeOrganization,
  removeMember,
  restoreOrganization,
  setStatus,
  updateOrganization,
  updateUser,
} from "@tenantry/core";
import type { Tenantry } from "tenantry";
import { expect, test } from "vitest";
import { makeTestDatabase } from "./test-database.ts";
import { as, makeOrganization, makeUser, openTestTenantry } from "./test-tenantry.ts";

test("gives a deleted and restored organization its members, roles, teams and slug back", async () => {
  const tenantry = await openTestTenantry();
  const { organization, owner } = await makeOrganization(tenantry, { name: "Acme" });
  const ctx = tenantry.context();
  await addMember(as(tenantry, owner), organization.id, {
    user_id: (await makeUser(tenantry)).id,
    roles: ["developer", "billing_admin"],
  });
  await createTeam(as(tenantry, owner), organization.id, { name: "Team" });
  const members = await listMembers(ctx, organization.id);
  const teams = await listTeams(ctx, organization.id);
  await deleteOrganization(as(tenantry, owner), organization.id);
  const restored = await restoreOrganization(ctx, organization.id);
  expect(restored).toMatchObject({
    name: "Acme",
    slug: "acme",
    status: "active",
    deleted_at: null,
  });
  expect(await listMembers(ctx, organization.id)).toEqual(members);
  expect(await listTeams(ctx, organization.id)).toEqual(teams);
});

test("hides a deleted organization from its owner, and shows it to an administrator who asks", async () => {
  const tenantry = await openTestTenantry();
  const { organization, owner } = await makeOrganization(tenantry);
  await deleteOrganization(as(tenantry, owner), organization.id);
  await expect(getOrganization(as(tenantry, owner), organization.id)).rejects.toMatchObject({
    code: "organization_not_found",
  });
  const ids = async (ctx = tenantry.context(), status?: "deleted") =>
    openPage<{ id: string }>(
      await listOrganizations(ctx, status === undefined ? {} : { status }),
    ).items.map((item) => item.id);
  expect(await ids()).toEqual([]);
  expect(await ids(as(tenantry, owner), "deleted")).toEqual([]);
  expect(await ids(tenantry.context(), "deleted")).toEqual([organization.id]);
  expect(openPage(await listUserOrganizations(as(tenantry, owner), owner.id)).items).toEqual([]);
});

test("frees the name of a deleted organization and keeps its slug", async () => {
  const tenantry = await openTestTenantry();
  const { organization, owner } = await makeOrganization(tenantry, { name: "Acme" });
  await deleteOrganization(as(tenantry, owner), organization.id);
  const second = await createOrganization(as(tenantry, owner), { name: "ACME" });
  expect(second.slug).toBe("acme-2");
  await expect(
    createOrganization(as(tenantry, owner), { name: "Third", slug: "acme" }),
  ).rejects.toMatchObject({ code: "organization_slug_taken" });
  await expect(restoreOrganization(tenantry.context(), organization.id)).rejects.toMatchObject({
    code: "organization_name_taken",
  });
  const restored = await restoreOrganization(tenantry.context(), organization.id, {
    name: "Old Acme",
  });
  expect(restored).toMatchObject({ name: "Old Acme", slug: "acme" });
});

test("gives each its own slug of six whose names make the same one, at once and by two openings", async () => {
  const { url: databaseUrl } = await makeTestDatabase();
  const hands = [await openTestTenantry({ databaseUrl }), await openTestTenantry({ databaseUrl })];
  for (let round = 0; round < 20; round += 1) {
    const made = await Promise.all(
      Array.from({ length: 6 }, (_, n) => {
        const name = `Acme ${round}${"!".repeat(n)}`;
        return createOrganization((hands[n % 2] as Tenantry).context(), { name });
      }),
    );
    expect(new Set(made.map(({ slug }) => slug)).size).toBe(6);
  }
});

test("gives a new organization with a purged one's slug none of its members", async () => {
  const tenantry = await openTestTenantry();
  const { organization, owner } = await makeOrganization(tenantry, { name: "Acme" });
  const old = await makeUser(tenantry);
  await addMember(as(tenantry, owner), organization.id, { user_id: old.id });
  await deleteOrganization(as(tenantry, owner), organization.id);
  await purgeOrganization(tenantry.context(), organization.id);
  const next = await createOrganization(as(tenantry, owner), { name: "Acme", slug: "acme" });
  const members = openPage<{ user_id: string }>(await listMembers(as(tenantry, owner), next.id));
  expect(members.items.map((member) => member.user_id)).toEqual([owner.id]);
  await expect(getOrganization(as(tenantry, old), next.id)).rejects.toMatchObject({
    code: "organization_not_found",
  });
});

test("gives a purged organization that comes back revisions above all that it had", async () => {
  const tenantry = await openTestTenantry();
  const ctx = tenantry.context();
  const { organization, owner } = await makeOrganization(tenantry, { name: "Acme" });
  const { id } = organization;
  // The deactivation of another owner raises the organization's revision without an event of it.
  const second = await makeUser(tenantry);
  for (const status of ["active", "deactivated"] as const) {
    if (status === "active") await addMember(ctx, id, { user_id: second.id, role: "owner" });
    else await updateUser(ctx, second.id, { status });
  }
  await deleteOrganization(as(tenantry, owner), id);
  await purgeOrganization(ctx, id);
  const [purged] = (await listEvents(ctx, id)).items.slice(-1);
  const last = (purged?.before as { revision: number } | null)?.revision ?? 0;
  expect(last).toBeGreaterThan(4);
  const back = await mutate(ctx, "bring_back", id, async (mutation) => {
    const { record } = await insertOrganization(mutation, { id, name: "Acme" });
    return record.revision;
  });
  expect(back).toBe(last + 1);
  expect((await getOrganization(ctx, id)).revision).toBe(back);
  const [created] = (await listEvents(ctx, id)).items.slice(-1);
  expect(created?.after).toMatchObject({ revision: back, row_revision: back });
});

test("leaves reading to owners and billing administrators of a suspended organization, and nothing to others", async () => {
  const tenantry = await openTestTenantry();
  const { organization, owner } = await makeOrganization(tenantry);
  const people = {
    owner,
    admin: await makeUser(tenantry),
    billing_admin: await makeUser(tenantry),
  };
  await addMember(as(tenantry, owner), organization.id, {
    user_id: people.admin.id,
    role: "admin",
  });
  await addMember(as(tenantry, owner), organization.id, {
    user_id: people.billing_admin.id,
    role: "billing_admin",
  });
  await setStatus(tenantry.context(), organization.id, { status: "suspended" });
  const may = async (user: { id: string }, permission: string) =>
    (
      await check(tenantry.context(), {
        user_id: user.id,
        organization_id: organization.id,
        permission,
      })
    ).allowed;
  expect(await may(people.owner, "member:read")).toBe(true);
  expect(await may(people.owner, "member:add")).toBe(false);
  expect(await may(people.billing_admin, "organization:read")).toBe(true);
  expect(await may(people.billing_admin, "billing:write")).toBe(false);
  expect(await may(people.admin, "organization:read")).toBe(false);
  await expect(getOrganization(as(tenantry, people.admin), organization.id)).rejects.toMatchObject({
    code: "permission_denied",
  });
  await setStatus(tenantry.context(), organization.id, { status: "active" });
  expect(await may(people.admin, "member:add")).toBe(true);
});

test("lets a member who was removed come back as somebody new", async () => {
  const tenantry = await openTestTenantry();
  const { organization, owner } = await makeOrganization(tenantry);
  const user = await makeUser(tenantry);
  await addMember(as(tenantry, owner), organization.id, { user_id: user.id, role: "admin" });
  await removeMember(as(tenantry, user), organization.id, user.id);
  await addMember(as(tenantry, owner), organization.id, { user_id: user.id });
  expect((await getMember(as(tenantry, owner), organization.id, user.id)).roles).toEqual([
    "member",
  ]);
});

test.each([
  ["Acme", "acme"],
  ["Straße", "STRASSE"],
  ["Café", "Cafe\u0301"],
  [" Acme ", "Acme"],
])("takes %j and %j for one name", async (first, second) => {
  const tenantry = await openTestTenantry();
  await createOrganization(tenantry.context(), { name: first });
  await expect(createOrganization(tenantry.context(), { name: second })).rejects.toMatchObject({
    code: "organization_name_taken",
  });
});

test("clears by null, leaves what is absent, and refuses what it does not know", async () => {
  const tenantry = await openTestTenantry();
  const { organization, owner } = await makeOrganization(tenantry);
  const ctx = as(tenantry, owner);
  await updateOrganization(ctx, organization.id, {
    domain: "acme.example",
    billing_email: "A@B.example",
  });
  const changed = await updateOrganization(ctx, organization.id, { domain: null });
  expect(changed).toMatchObject({
    domain: null,
    billing_email: "a@b.example",
    name: organization.name,
  });
  await expect(
    updateOrganization(ctx, organization.id, { status: "deleted", seats: 5, domain: "x" } as never),
  ).rejects.toMatchObject({
    code: "invalid_input",
    fields: expect.arrayContaining([
      expect.objectContaining({ pointer: "/status" }),
      expect.objectContaining({ pointer: "/seats" }),
      expect.objectContaining({ pointer: "/domain" }),
    ]),
  });
});
