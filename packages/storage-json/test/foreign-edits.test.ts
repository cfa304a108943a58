import { rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import {
  addMember,
  addTeamMember,
  check,
  createOrganization,
  createPlan,
  createTeam,
  createUser,
  getMember,
  getOrganization,
  listEvents,
  listTeamMembers,
  openPage,
  restoreOrganization,
  updateMember,
  verifyChains,
} from "@tenantry/core";
import type { Tenantry } from "tenantry";
import { expect, test } from "vitest";
import { openJson } from "./open-json.ts";
import { edit, member, organization, readLists, readOrganizations } from "./source-directory.ts";
import { makeDirectory } from "./temporary-directory.ts";

/** An organization with an owner and a member, in an open directory. */
async function openWithOrganization() {
  const directory = makeDirectory();
  const tenantry = await openJson(directory);
  const ctx = tenantry.context();
  for (const id of ["ann", "bob"]) await createUser(ctx, { id });
  const { id } = await createOrganization(ctx, { name: "Acme", owner_user_id: "ann" });
  await addMember(ctx, id, { user_id: "bob", role: "admin" });
  return { directory, tenantry, ctx, id };
}

async function importedOf(tenantry: Tenantry, organizationId: string) {
  const { items } = await listEvents(tenantry.context(), organizationId);
  return items.filter((event) => event.type === "imported");
}

test("keeps an edit that was made between two writes, records it, and writes on upon it", async () => {
  const { directory, tenantry, ctx, id } = await openWithOrganization();
  edit(directory, (organizations, lists) => {
    const acme = organizations[id];
    if (acme !== undefined) Object.assign(acme, { plan_tier: "gold", stripe_customer_id: "cus_1" });
    organizations.org_theirs = organization("org_theirs", { name: "Theirs" });
    lists.org_theirs = [member("org_theirs", "cleo", "owner")];
    lists[id]?.push(member(id, "dan", "billing_admin"));
  });
  const next = await createOrganization(ctx, { name: "Next" });
  expect(Object.keys(readOrganizations(directory))).toEqual([id, "org_theirs", next.id]);
  expect(readOrganizations(directory)[id]).toMatchObject({ name: "Acme", plan_tier: "gold" });
  expect(readLists(directory)[id]?.map((one) => one.user_id)).toEqual(["ann", "bob", "dan"]);
  expect(await getOrganization(ctx, id)).toMatchObject({
    plan_tier: "gold",
    stripe_customer_id: "cus_1",
    stats: { member_count: 3 },
  });
  expect((await getMember(ctx, "org_theirs", "cleo")).role).toBe("owner");
  expect(await importedOf(tenantry, id)).toMatchObject([
    { entity: "organization", actor: { type: "system", id: "json-directory" } },
    { entity: "membership", entity_id: "dan", before: null, after: { role: "billing_admin" } },
  ]);
  const { committed } = tenantry.engine.storage;
  expect((await verifyChains(committed, ctx.tenantId)).faults).toEqual([]);
});

test("sees an edit at the next check, without a write", async () => {
  const { directory, tenantry, ctx, id } = await openWithOrganization();
  const question = { organization_id: id, user_id: "bob", permission: "member:add" };
  expect(await check(ctx, question)).toMatchObject({ allowed: true });
  edit(directory, (_, lists) => {
    lists[id] = lists[id]?.filter((one) => one.user_id !== "bob") ?? [];
  });
  expect(await check(ctx, { ...question, consistency: "strong" })).toMatchObject({
    allowed: false,
  });
  expect(await importedOf(tenantry, id)).toMatchObject([
    { entity: "membership", entity_id: "bob", before: { role: "admin" }, after: null },
  ]);
});

test("leaves a role that says more than theirs, until they change what they see of it", async () => {
  const { directory, ctx, id } = await openWithOrganization();
  await updateMember(ctx, id, "bob", { roles: ["admin", "billing_admin"] });
  const editOf = (role: string) =>
    edit(directory, (_, lists) => {
      for (const one of lists[id] ?? []) if (one.user_id === "bob") Object.assign(one, { role });
    });
  // Another field of the same entry.
  edit(directory, (_, lists) => {
    for (const one of lists[id] ?? []) one.joined_at = "2024-01-01T00:00:00";
  });
  await createOrganization(ctx, { name: "Next" });
  expect(await getMember(ctx, id, "bob")).toMatchObject({
    roles: ["admin", "billing_admin"],
    joined_at: "2024-01-01T00:00:00.000Z",
  });
  editOf("owner");
  await createOrganization(ctx, { name: "Next but one" });
  expect((await getMember(ctx, id, "bob")).roles).toEqual(["owner"]);
});

test("takes out of its teams whom somebody else removed", async () => {
  const { directory, tenantry, ctx, id } = await openWithOrganization();
  const team = await createTeam(ctx, id, { name: "Team" });
  await addTeamMember(ctx, id, team.id, { user_id: "bob" });
  edit(directory, (_, lists) => {
    lists[id] = lists[id]?.filter((one) => one.user_id !== "bob") ?? [];
  });
  await tenantry.engine.storage.catchUp(null, true);
  expect(openPage(await listTeamMembers(ctx, id, team.id)).items).toEqual([]);
  expect((await importedOf(tenantry, id)).map(({ entity }) => entity)).toEqual([
    "team_member",
    "membership",
  ]);
});

test("holds neither the last owner nor the seats of a plan against what has happened", async () => {
  const { directory, ctx, id } = await openWithOrganization();
  await createPlan(ctx, { key: "pair", name: "Pair", seats: 2 });
  edit(directory, (organizations, lists) => {
    const acme = organizations[id];
    if (acme !== undefined) acme.plan_tier = "pair";
    lists[id] = ["u1", "u2", "u3"].map((user) => member(id, user));
  });
  expect((await getOrganization(ctx, id)).plan_tier).toBe("founders_friend");
  await createOrganization(ctx, { name: "Next" });
  expect(await getOrganization(ctx, id)).toMatchObject({
    plan_tier: "pair",
    stats: { member_count: 3 },
  });
  await createUser(ctx, { id: "u4" });
  await expect(addMember(ctx, id, { user_id: "u4" })).rejects.toMatchObject({
    code: "seat_limit_reached",
  });
});

test("deletes, so that it can be restored with its members, an organization whose record is gone", async () => {
  const { directory, tenantry, ctx, id } = await openWithOrganization();
  edit(directory, (organizations, lists) => {
    delete organizations[id];
    delete lists[id];
  });
  await tenantry.engine.storage.catchUp(null, true);
  expect(readOrganizations(directory)[id]?.status).toBe("deleted");
  await restoreOrganization(ctx, id);
  expect(readLists(directory)[id]?.map((one) => one.user_id)).toEqual(["ann", "bob"]);
});

test("takes in what was written while the directory was closed", async () => {
  const { directory, tenantry, id } = await openWithOrganization();
  await tenantry.close();
  edit(directory, (organizations) => {
    const acme = organizations[id];
    if (acme !== undefined) acme.name = "Acme & Sons";
  });
  const again = await openJson(directory);
  expect((await getOrganization(again.context(), id)).name).toBe("Acme & Sons");
  expect(await importedOf(again, id)).toHaveLength(1);
  await again.close();
  expect(await importedOf(await openJson(directory), id)).toHaveLength(1);
});

test("takes another order, other blanks and a copy for no edit", async () => {
  const { directory, tenantry, ctx, id } = await openWithOrganization();
  const second = await createOrganization(ctx, { name: "Second" });
  const organizations = readOrganizations(directory);
  const [first, other] = [organizations[id], organizations[second.id]];
  const swapped = JSON.stringify({ [second.id]: other, [id]: first });
  writeFileSync(join(directory, "organizations.json"), swapped);
  const third = await createOrganization(ctx, { name: "Third" });
  expect(Object.keys(readOrganizations(directory))).toEqual([second.id, id, third.id]);
  for (const one of [id, second.id]) expect(await importedOf(tenantry, one)).toEqual([]);
});

test("writes a file anew that is gone", async () => {
  const { directory, tenantry, id } = await openWithOrganization();
  rmSync(join(directory, "org_users.json"));
  await tenantry.engine.storage.catchUp(null, true);
  expect(readLists(directory)[id]).toHaveLength(2);
  expect(await importedOf(tenantry, id)).toEqual([]);
});

test("tells a second process of an edit that the first has taken in", async () => {
  const { directory, tenantry, ctx, id } = await openWithOrganization();
  const other = await openJson(directory);
  const question = { organization_id: id, user_id: "bob", permission: "member:add" };
  expect(await check(other.context(), question)).toMatchObject({ allowed: true });
  edit(directory, (_, lists) => {
    lists[id] = [];
  });
  await tenantry.engine.storage.catchUp(null, true);
  const strong = { ...question, consistency: "strong" } as const;
  expect(await check(other.context(), strong)).toMatchObject({ allowed: false });
  await createOrganization(ctx, { name: "Next" });
  expect(await importedOf(other, id)).toHaveLength(2);
});
