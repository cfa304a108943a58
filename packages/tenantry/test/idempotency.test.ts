import {
  createOrganization,
  listOrganizations,
  openPage,
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
