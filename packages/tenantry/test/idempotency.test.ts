import {
  addMember,
  type Context,
  createOrganization,
  createTenant,
  createUser,
  deleteOrganization,
  getOrganization,
  grantTenantAdministrator,
  listOrganizations,
  openPage,
  removeMember,
  revokeTenantAdministrator,
  setTenantStatus,
  updateMember,
  updateOrganization,
} from "@tenantry/core";
import { expect, test } from "vitest";
import { as, makeOrganization, makeUser, openTestTenantry } from "./test-tenantry.ts";

test("does a mutation once, however often it is sent with its key, and answers alike", async () => {
  const tenantry = await openTestTenantry();
  const ctx = { ...as(tenantry, await makeUser(tenantry)), idempotencyKey: "k1" };
  const first = await createOrganization(ctx, { name: "Acme" });
  const again = await createOrganization(ctx, { name: "Acme" });
  expect(again).toEqual(first);
  expect(openPage(await listOrganizations(tenantry.context())).items).toHaveLength(1);
});

/** What ends the right to do it. */
const last: Record<string, (ctx: Context, id: string, userId: string) => Promise<unknown>> = {
  "deletes the organization": (ctx, id) => deleteOrganization(ctx, id),
  leaves: (ctx, id, userId) => removeMember(ctx, id, userId),
  "demotes themselves": (ctx, id, userId) => updateMember(ctx, id, userId, { role: "viewer" }),
  "suspends themselves": (ctx, id, userId) =>
    updateMember(ctx, id, userId, { status: "suspended" }),
  "ends their power in the tenant": (ctx, _, userId) => revokeTenantAdministrator(ctx, userId),
};

test.each(Object.entries(last))(
  "answers alike to who %s and so may do nothing any more, and to nobody else",
  async (_, deed) => {
    const tenantry = await openTestTenantry();
    const { organization, owner } = await makeOrganization(tenantry);
    const second = await makeUser(tenantry);
    const { id } = organization;
    await addMember(tenantry.context(), id, { user_id: second.id, role: "owner" });
    const isPower = deed === last["ends their power in the tenant"];
    if (isPower) await grantTenantAdministrator(tenantry.context(), owner.id);
    const ctx = { ...as(tenantry, owner), idempotencyKey: "k1" };
    const first = await deed(ctx, id, owner.id);
    const { revision } = await getOrganization(tenantry.context(), id);
    expect(await deed(ctx, id, owner.id)).toEqual(first);
    const refused = { kind: expect.stringMatching(/^(forbidden|not_found)$/) };
    await expect(deed(as(tenantry, owner), id, owner.id)).rejects.toMatchObject(refused);
    const stranger = { ...as(tenantry, await makeUser(tenantry)), idempotencyKey: "k1" };
    await expect(deed(stranger, id, owner.id)).rejects.toMatchObject(refused);
    expect((await getOrganization(tenantry.context(), id)).revision).toBe(revision);
  },
);

test("answers nobody of a tenant that is closed, with a key that has an answer", async () => {
  const tenantry = await openTestTenantry();
  const { id: tenantId } = await createTenant(tenantry.context(), { name: "Closed" });
  const inTenant = tenantry.context({ tenantId });
  const user = await createUser(inTenant, { name: "Ann" });
  const { id } = await createOrganization(inTenant, { name: "Acme", owner_user_id: user.id });
  const actor = { type: "user", id: user.id, session_id: null } as const;
  const ctx = { ...tenantry.context({ tenantId, actor }), idempotencyKey: "k1" };
  await updateOrganization(ctx, id, { domain: "acme.example" });
  await setTenantStatus(tenantry.context(), tenantId, { status: "suspended" });
  await expect(updateOrganization(ctx, id, { domain: "acme.example" })).rejects.toMatchObject({
    code: "tenant_suspended",
  });
});

test("refuses a key that comes with another request", async () => {
  const tenantry = await openTestTenantry();
  const ctx = { ...as(tenantry, await makeUser(tenantry)), idempotencyKey: "k1" };
  await createOrganization(ctx, { name: "Acme" });
  await expect(createOrganization(ctx, { name: "Other" })).rejects.toMatchObject({
    code: "idempotency_key_reused",
  });
});

test("keeps two callers' equal keys apart", async () => {
  const tenantry = await openTestTenantry();
  const one = { ...as(tenantry, await makeUser(tenantry)), idempotencyKey: "k1" };
  const two = { ...as(tenantry, await makeUser(tenantry)), idempotencyKey: "k1" };
  const first = await createOrganization(one, { name: "One" });
  const second = await createOrganization(two, { name: "Two" });
  expect(second.id).not.toBe(first.id);
});

test("answers a second request while the first runs with a conflict, and makes one organization", async () => {
  const tenantry = await openTestTenantry();
  const ctx = { ...as(tenantry, await makeUser(tenantry)), idempotencyKey: "k1" };
  // From here on it is known that the tenant is open, so that neither of the two waits for it longer than the other.
  await listOrganizations(ctx);
  const outcomes = await Promise.allSettled([
    createOrganization(ctx, { name: "Acme" }),
    createOrganization(ctx, { name: "Acme" }),
  ]);
  expect(outcomes.map((outcome) => outcome.status).sort()).toEqual(["fulfilled", "rejected"]);
  const refused = outcomes.find((outcome) => outcome.status === "rejected");
  expect(refused).toMatchObject({ reason: { code: "idempotency_key_running" } });
});

test("keeps no failure: the same key succeeds once the cause is gone", async () => {
  const tenantry = await openTestTenantry();
  const user = await makeUser(tenantry);
  const ctx = { ...as(tenantry, user), idempotencyKey: "k1" };
  const taken = await createOrganization(tenantry.context(), { name: "Acme" });
  await expect(createOrganization(ctx, { name: "Acme" })).rejects.toMatchObject({
    code: "organization_name_taken",
  });
  await updateOrganization(tenantry.context(), taken.id, { name: "Other" });
  expect((await createOrganization(ctx, { name: "Acme" })).name).toBe("Acme");
});

test("takes an expired key for a new one", async () => {
  let now = Date.now();
  const tenantry = await openTestTenantry({ clock: () => now });
  const ctx = { ...as(tenantry, await makeUser(tenantry)), idempotencyKey: "k1" };
  await createOrganization(ctx, { name: "One" });
  now += 25 * 60 * 60 * 1000;
  expect((await createOrganization(ctx, { name: "Two" })).name).toBe("Two");
});

test("replays even a change that changed nothing", async () => {
  const tenantry = await openTestTenantry();
  const { organization, owner } = await makeOrganization(tenantry, { name: "Acme" });
  const ctx = { ...as(tenantry, owner), idempotencyKey: "k1" };
  const first = await updateOrganization(ctx, organization.id, { name: "Acme" });
  await updateOrganization(as(tenantry, owner), organization.id, { name: "Renamed" });
  expect(await updateOrganization(ctx, organization.id, { name: "Acme" })).toEqual(first);
});

test("does nothing in a dry run, and answers what would be", async () => {
  const tenantry = await openTestTenantry();
  const ctx = { ...tenantry.context(), dryRun: true };
  expect((await createOrganization(ctx, { name: "Acme" })).slug).toBe("acme");
  expect(openPage(await listOrganizations(tenantry.context())).items).toEqual([]);
});

test("refuses a write to what has changed since it was read, and only then", async () => {
  const tenantry = await openTestTenantry();
  const { organization, owner } = await makeOrganization(tenantry);
  const ctx = as(tenantry, owner);
  const read = await updateOrganization(ctx, organization.id, { name: "Second" });
  const third = await updateOrganization({ ...ctx, ifMatch: read.row_revision }, organization.id, {
    name: "Third",
  });
  await expect(
    updateOrganization({ ...ctx, ifMatch: read.row_revision }, organization.id, { name: "Fourth" }),
  ).rejects.toMatchObject({ code: "revision_mismatch", data: { revision: third.row_revision } });
});
