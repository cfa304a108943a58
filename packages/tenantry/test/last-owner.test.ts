import {
  addMember,
  getMember,
  listMembers,
  type Member,
  openPage,
  removeMember,
  updateMember,
  updateUser,
} from "@tenantry/core";
import type { Tenantry } from "tenantry";
import { expect, test } from "vitest";
import { as, makeOrganization, makeUser, openTestTenantry } from "./test-tenantry.ts";

type Goer = (tenantry: Tenantry, organizationId: string, userId: string) => Promise<unknown>;

/** Every way in which an organization can lose an owner. A new way belongs here. */
const waysToGo: Record<string, Goer> = {
  leaving: (tenantry, organizationId, userId) =>
    removeMember(as(tenantry, { id: userId }), organizationId, userId),
  "being removed": (tenantry, organizationId, userId) =>
    removeMember(tenantry.context(), organizationId, userId),
  "being demoted": (tenantry, organizationId, userId) =>
    updateMember(tenantry.context(), organizationId, userId, { role: "admin" }),
  "demoting oneself": (tenantry, organizationId, userId) =>
    updateMember(as(tenantry, { id: userId }), organizationId, userId, { role: "viewer" }),
  "being suspended": (tenantry, organizationId, userId) =>
    updateMember(tenantry.context(), organizationId, userId, { status: "suspended" }),
  "being deactivated": (tenantry, _, userId) =>
    updateUser(tenantry.context(), userId, { status: "deactivated" }),
};

test.each(Object.entries(waysToGo))("keeps the last owner from %s", async (_, go) => {
  const tenantry = await openTestTenantry();
  const { organization, owner } = await makeOrganization(tenantry);
  const before = await getMember(tenantry.context(), organization.id, owner.id);
  await expect(go(tenantry, organization.id, owner.id)).rejects.toMatchObject({
    code: "last_owner",
  });
  expect(await getMember(tenantry.context(), organization.id, owner.id)).toEqual(before);
});

test.each(Object.entries(waysToGo))("lets one of two owners go by %s", async (_, go) => {
  const tenantry = await openTestTenantry();
  const { organization, owner } = await makeOrganization(tenantry);
  const second = await makeUser(tenantry);
  await addMember(as(tenantry, owner), organization.id, { user_id: second.id, role: "owner" });
  await go(tenantry, organization.id, owner.id);
  expect(await ownersOf(tenantry, organization.id)).toEqual([second.id]);
});

const pairs = Object.keys(waysToGo).flatMap((first) =>
  Object.keys(waysToGo).map((second) => [first, second] as const),
);

test.each(pairs)("keeps one of two owners who go at once by %s and %s", async (first, second) => {
  const tenantry = await openTestTenantry();
  const { organization, owner } = await makeOrganization(tenantry);
  const other = await makeUser(tenantry);
  await addMember(as(tenantry, owner), organization.id, { user_id: other.id, role: "owner" });
  const outcomes = await Promise.allSettled([
    waysToGo[first]?.(tenantry, organization.id, owner.id),
    waysToGo[second]?.(tenantry, organization.id, other.id),
  ]);
  const refused = outcomes.filter((outcome) => outcome.status === "rejected");
  expect(refused).toHaveLength(1);
  expect(refused[0]?.reason).toMatchObject({ code: "last_owner" });
  expect(await ownersOf(tenantry, organization.id)).toHaveLength(1);
});

async function ownersOf(tenantry: Tenantry, organizationId: string): Promise<string[]> {
  const page = openPage<Member>(
    await listMembers(tenantry.context(), organizationId, { role: "owner", status: "active" }),
  );
  const owners: string[] = [];
  for (const member of page.items) {
    const user = await tenantry.engine.storage.committed.users.find(
      member.tenant_id,
      member.user_id,
    );
    if (user?.status === "active") owners.push(member.user_id);
  }
  return owners;
}
