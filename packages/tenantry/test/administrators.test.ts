import { randomUUID } from "node:crypto";
import {
  addMember,
  type Context,
  createPlan,
  createRole,
  createUser,
  getOrganization,
  grantTenantAdministrator,
  revokeTenantAdministrator,
  setPlan,
  updateMember,
  updateUser,
} from "@tenantry/core";
import type { Tenantry } from "tenantry";
import { expect, test } from "vitest";
import { as, makeOrganization, makeUser, openTestTenantry } from "./test-tenantry.ts";

const rounds = 10;

async function makeAdministrator(tenantry: Tenantry): Promise<{ readonly id: string }> {
  const user = await makeUser(tenantry);
  await grantTenantAdministrator(tenantry.context(), user.id);
  return user;
}

/** `done`, or the code of the refusal. */
const outcome = (call: Promise<unknown>): Promise<string> =>
  call.then(
    () => "done",
    (error) => error.code,
  );

/** How one administrator ends another's power. */
const ways = {
  revoke: (tenantry: Tenantry, one: { id: string }, other: { id: string }) =>
    revokeTenantAdministrator(as(tenantry, one), other.id),
  deactivate: (tenantry: Tenantry, one: { id: string }, other: { id: string }) =>
    updateUser(as(tenantry, one), other.id, { status: "deactivated" }),
};

for (const first of Object.keys(ways) as (keyof typeof ways)[]) {
  for (const second of Object.keys(ways) as (keyof typeof ways)[]) {
    test(`lets one remain of two administrators who ${first} and ${second} each other at once`, async () => {
      const tenantry = await openTestTenantry();
      for (let round = 0; round < rounds; round += 1) {
        const one = await makeAdministrator(tenantry);
        const other = await makeAdministrator(tenantry);
        const outcomes = await Promise.all([
          outcome(ways[first](tenantry, one, other)),
          outcome(ways[second](tenantry, other, one)),
        ]);
        expect(outcomes.filter((each) => each === "done")).toHaveLength(1);
      }
    });
  }
}

test("takes nothing from an administrator of the tenant who is a mere viewer of an organization, and gives nothing after the end", async () => {
  const tenantry = await openTestTenantry({ settings: { billingConfigured: true } });
  const { organization, owner } = await makeOrganization(tenantry);
  const second = await makeUser(tenantry);
  const administrator = await makeAdministrator(tenantry);
  const asOwner = as(tenantry, owner);
  await addMember(asOwner, organization.id, { user_id: second.id, role: "owner" });
  await addMember(asOwner, organization.id, { user_id: administrator.id, role: "viewer" });

  const ctx = as(tenantry, administrator);
  expect((await setPlan(ctx, organization.id, { plan_tier: "starter" })).plan_tier).toBe("starter");
  await updateMember(ctx, organization.id, second.id, { role: "member" });
  expect(await getOrganization(ctx, organization.id)).toHaveProperty("private_metadata");

  await revokeTenantAdministrator(tenantry.context(), administrator.id);
  expect(await getOrganization(ctx, organization.id)).not.toHaveProperty("private_metadata");
  await expect(setPlan(ctx, organization.id, { plan_tier: "professional" })).rejects.toMatchObject({
    code: "permission_denied",
  });
  await expect(
    updateMember(ctx, organization.id, owner.id, { role: "member" }),
  ).rejects.toMatchObject({ code: "permission_denied" });
});

/** What only administrators may do to the tenant. A new way belongs here. */
const deeds: Record<string, (ctx: Context, otherId: string) => Promise<unknown>> = {
  "changes another user": (ctx, otherId) => updateUser(ctx, otherId, { name: "Renamed" }),
  "makes a user": (ctx) => createUser(ctx, {}),
  "makes an administrator": (ctx, otherId) => grantTenantAdministrator(ctx, otherId),
  "makes a plan": (ctx) => createPlan(ctx, { key: `plan-${randomUUID()}`, name: "Plan", seats: 1 }),
  "makes a role": (ctx) =>
    createRole(ctx, null, { key: `role-${randomUUID()}`, name: "Role", rank: 1, permissions: [] }),
};

test.each(Object.entries(deeds))(
  "keeps no event of an administrator who %s after that of the end of their power",
  async (_, deed) => {
    const tenantry = await openTestTenantry();
    const ctx = tenantry.context();
    for (let round = 0; round < rounds; round += 1) {
      const other = await makeUser(tenantry);
      const administrator = await makeAdministrator(tenantry);
      const outcomes = await Promise.all([
        outcome(revokeTenantAdministrator(ctx, administrator.id)),
        outcome(deed(as(tenantry, administrator), other.id)),
      ]);
      expect(outcomes[0]).toBe("done");
      const events = await tenantry.engine.storage.committed.events.list(
        ctx.tenantId,
        ctx.tenantId,
        0,
        1000,
      );
      const end = events.findIndex(
        ({ type, entity_id }) =>
          type === "tenant_administrator.revoked" && entity_id === administrator.id,
      );
      expect(end).toBeGreaterThan(0);
      const since = events.slice(end).map(({ actor_id }) => actor_id);
      expect(since).not.toContain(administrator.id);
    }
  },
);
