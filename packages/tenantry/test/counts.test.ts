import { admitMember, insertOrganization, mutate, ownerGrant } from "@tenantry/core";
import { expect, test } from "vitest";
import { makeUser, openTestTenantry } from "./test-tenantry.ts";

const cases = [
  { expected: 1, admitted: 1 },
  { expected: 1, admitted: 0 },
  { expected: 0, admitted: 3 },
  { expected: 2, admitted: 3 },
];

test.each(cases)(
  "counts $admitted members of a new organization that expected $expected",
  async ({ expected, admitted }) => {
    const tenantry = await openTestTenantry();
    const users = await Promise.all(Array.from({ length: admitted }, () => makeUser(tenantry)));
    const { engine, defaultTenant } = tenantry;
    const id = await mutate(tenantry.context(), "found", null, async (mutation) => {
      const organization = await insertOrganization(mutation, { name: "Acme" }, expected);
      for (const user of users) {
        await admitMember(mutation, organization, {
          user_id: user.id,
          roles: [ownerGrant],
          status: "active",
          invited_by_user_id: null,
        });
      }
      return organization.record.id;
    });
    const record = await engine.storage.committed.organizations.find(defaultTenant.id, id);
    expect(record).toMatchObject({ seat_count: admitted, member_count: admitted });
  },
);

test("refuses somebody a second time in the mutation that founds the organization", async () => {
  const tenantry = await openTestTenantry();
  const user = await makeUser(tenantry);
  const admission = {
    user_id: user.id,
    roles: [ownerGrant],
    status: "active",
    invited_by_user_id: null,
  } as const;
  const founded = mutate(tenantry.context(), "found", null, async (mutation) => {
    const organization = await insertOrganization(mutation, { name: "Acme" }, 2);
    await admitMember(mutation, organization, admission);
    await admitMember(mutation, organization, admission);
  });
  await expect(founded).rejects.toMatchObject({ code: "already_member" });
});
