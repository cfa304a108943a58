import {
  acceptMembership,
  addMember,
  createPlan,
  getOrganization,
  listEvents,
  listMembers,
  openPage,
  removeMember,
  setPlan,
} from "@tenantry/core";
import { expect, test } from "vitest";
import { as, makeOrganization, makeUser, openTestTenantry } from "./test-tenantry.ts";

test("refuses the sixth member of a five-seat organization, and changes nothing", async () => {
  const tenantry = await openTestTenantry();
  await createPlan(tenantry.context(), { key: "five", name: "Five", seats: 5 });
  const { organization, owner } = await makeOrganization(tenantry, { plan_tier: "five" });
  for (let i = 0; i < 4; i++) {
    await addMember(as(tenantry, owner), organization.id, {
      user_id: (await makeUser(tenantry)).id,
    });
  }
  const before = await getOrganization(tenantry.context(), organization.id);
  const sixth = await makeUser(tenantry);
  await expect(
    addMember(as(tenantry, owner), organization.id, { user_id: sixth.id }),
  ).rejects.toMatchObject({ code: "seat_limit_reached", data: { seats: 5 } });
  expect(await getOrganization(tenantry.context(), organization.id)).toEqual(before);
});

test("gives one free seat to exactly one of twenty additions and invitations that race", async () => {
  const tenantry = await openTestTenantry();
  await createPlan(tenantry.context(), { key: "two", name: "Two", seats: 2 });
  const { organization, owner } = await makeOrganization(tenantry, { plan_tier: "two" });
  const users = await Promise.all(Array.from({ length: 20 }, () => makeUser(tenantry)));
  const outcomes = await Promise.allSettled(
    users.map((user, index) =>
      addMember(as(tenantry, owner), organization.id, {
        user_id: user.id,
        status: index % 2 === 0 ? "active" : "invited",
      }),
    ),
  );
  expect(outcomes.filter((outcome) => outcome.status === "fulfilled")).toHaveLength(1);
  for (const outcome of outcomes) {
    if (outcome.status === "rejected") {
      expect(outcome.reason).toMatchObject({ code: "seat_limit_reached" });
    }
  }
  const members = openPage(await listMembers(tenantry.context(), organization.id, { total: true }));
  expect(members.total).toBe(2);
  const events = await listEvents(tenantry.context(), organization.id);
  expect(events.items.filter((event) => event.entity === "membership")).toHaveLength(2);
});

test("counts an invited member's seat once: accepting takes no second one", async () => {
  const tenantry = await openTestTenantry();
  await createPlan(tenantry.context(), { key: "two", name: "Two", seats: 2 });
  const { organization, owner } = await makeOrganization(tenantry, { plan_tier: "two" });
  const invited = await makeUser(tenantry);
  await addMember(as(tenantry, owner), organization.id, { user_id: invited.id, status: "invited" });
  const { stats } = await getOrganization(as(tenantry, owner), organization.id);
  expect(stats.member_count).toBe(1);
  const accepted = await acceptMembership(as(tenantry, invited), organization.id, invited.id);
  expect(accepted.status).toBe("active");
  const after = await getOrganization(as(tenantry, invited), organization.id);
  expect(after.stats.member_count).toBe(2);
});

test("frees the seat of a member who is removed, so that somebody else can have it", async () => {
  const tenantry = await openTestTenantry();
  await createPlan(tenantry.context(), { key: "two", name: "Two", seats: 2 });
  const { organization, owner } = await makeOrganization(tenantry, { plan_tier: "two" });
  const first = await makeUser(tenantry);
  const second = await makeUser(tenantry);
  await addMember(as(tenantry, owner), organization.id, { user_id: first.id });
  await removeMember(as(tenantry, owner), organization.id, first.id);
  const member = await addMember(as(tenantry, owner), organization.id, { user_id: second.id });
  expect(member.user_id).toBe(second.id);
});

test("refuses a plan with fewer seats than the organization has members", async () => {
  const tenantry = await openTestTenantry();
  await createPlan(tenantry.context(), { key: "one", name: "One", seats: 1 });
  const { organization, owner } = await makeOrganization(tenantry);
  await addMember(as(tenantry, owner), organization.id, { user_id: (await makeUser(tenantry)).id });
  await expect(
    setPlan(as(tenantry, owner), organization.id, { plan_tier: "one" }),
  ).rejects.toMatchObject({ code: "seat_limit_reached" });
  expect((await getOrganization(as(tenantry, owner), organization.id)).plan_tier).toBe(
    "founders_friend",
  );
});

test("denies every seat where a plan names no limit", async () => {
  const tenantry = await openTestTenantry();
  const plan = await createPlan(tenantry.context(), { key: "odd", name: "Odd", seats: 3 });
  await tenantry.engine.storage.transaction(plan.tenant_id, (ports) =>
    ports.plans.update({ ...plan, seats: null }),
  );
  const owner = await makeUser(tenantry);
  const { createOrganization } = await import("@tenantry/core");
  await expect(
    createOrganization(as(tenantry, owner), { name: "Odd", plan_tier: "odd" }),
  ).rejects.toMatchObject({ code: "seat_limit_reached" });
});
