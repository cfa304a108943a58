import {
  addMember,
  deleteOrganization,
  type Event,
  getOrganization,
  listEvents,
  removeMember,
  updateMember,
  updateOrganization,
  updateUser,
  verifyChains,
} from "@tenantry/core";
import { expect, test } from "vitest";
import { isJson, isPostgres, makeTestDatabase } from "./test-database.ts";
import { as, makeOrganization, makeUser, openTestTenantry } from "./test-tenantry.ts";

test("appends one event per change, gapless, with the whole row before and after", async () => {
  const tenantry = await openTestTenantry();
  const { organization, owner } = await makeOrganization(tenantry);
  const user = await makeUser(tenantry);
  const ctx = as(tenantry, owner);
  await addMember(ctx, organization.id, { user_id: user.id });
  await updateMember(ctx, organization.id, user.id, { role: "admin" });
  await removeMember(ctx, organization.id, user.id);
  const { items } = await listEvents(ctx, organization.id);
  expect(items.map((event) => [event.sequence, event.type, event.actor.id])).toEqual([
    [1, "organization.created", owner.id],
    [2, "member.added", owner.id],
    [3, "member.added", owner.id],
    [4, "member.updated", owner.id],
    [5, "member.removed", owner.id],
  ]);
  expect(items[3]?.before).toMatchObject({ user_id: user.id, roles: ["member"] });
  expect(items[3]?.after).toMatchObject({ user_id: user.id, roles: ["admin"] });
  expect(items[4]?.after).toBeNull();
});

test("changes nothing where nothing changes: no event, no revision", async () => {
  const tenantry = await openTestTenantry();
  const { organization, owner } = await makeOrganization(tenantry, { name: "Acme" });
  const before = await getOrganization(as(tenantry, owner), organization.id);
  await updateOrganization(as(tenantry, owner), organization.id, { name: "Acme" });
  await updateMember(as(tenantry, owner), organization.id, owner.id, { role: "owner" });
  expect(await getOrganization(as(tenantry, owner), organization.id)).toEqual(before);
});

// A JSON directory has one journal for a row and its event; what it does when that cannot be written it tests itself.
test.skipIf(isJson)("takes a mutation back whose event cannot be written", async () => {
  const database = await makeTestDatabase(true);
  const tenantry = await openTestTenantry({ databaseUrl: database.url });
  const { organization, owner } = await makeOrganization(tenantry);
  const before = await getOrganization(as(tenantry, owner), organization.id);
  await database.query(
    isPostgres
      ? "ALTER TABLE events ADD CONSTRAINT no_room_for_events CHECK (false) NOT VALID"
      : "CREATE TRIGGER full BEFORE INSERT ON events BEGIN SELECT RAISE(ABORT, 'no room for events'); END",
  );
  const user = await addMember(as(tenantry, owner), organization.id, { user_id: owner.id }).catch(
    (error: unknown) => error,
  );
  expect(user).toMatchObject({ code: "already_member" });
  await expect(
    updateOrganization(as(tenantry, owner), organization.id, { name: "Changed" }),
  ).rejects.toThrow();
  await expect(removeMember(tenantry.context(), organization.id, owner.id)).rejects.toThrow();
  expect(await getOrganization(as(tenantry, owner), organization.id)).toEqual(before);
});

test("verifies every chain after a life of changes", async () => {
  const tenantry = await openTestTenantry();
  const { organization, owner } = await makeOrganization(tenantry);
  const user = await makeUser(tenantry);
  await addMember(as(tenantry, owner), organization.id, { user_id: user.id });
  await updateUser(tenantry.context(), user.id, { name: "Renamed", email: "new@example.com" });
  await deleteOrganization(as(tenantry, owner), organization.id);
  const report = await verifyChains(tenantry.engine.storage.committed, organization.tenant_id);
  expect(report).toMatchObject({ chains: 2, faults: [] });
  expect(report.events).toBeGreaterThan(15);
});

test("never steps back in time within a chain, whatever the clock does", async () => {
  let now = Date.now();
  const tenantry = await openTestTenantry({ clock: () => now });
  const { organization, owner } = await makeOrganization(tenantry);
  now -= 60_000;
  await updateOrganization(as(tenantry, owner), organization.id, { name: "Earlier" });
  const { items } = await listEvents(as(tenantry, owner), organization.id);
  const times = items.map((event: Event) => event.occurred_at);
  expect(times).toEqual([...times].sort());
  const report = await verifyChains(tenantry.engine.storage.committed, organization.tenant_id);
  expect(report.faults).toEqual([]);
});

test("keeps private metadata out of the events that an organization's administrators read", async () => {
  const tenantry = await openTestTenantry();
  const { organization, owner } = await makeOrganization(tenantry);
  await updateOrganization(tenantry.context(), organization.id, {
    private_metadata: { canary: "s3cret" },
  });
  const own = await listEvents(as(tenantry, owner), organization.id);
  expect(JSON.stringify(own)).not.toContain("s3cret");
  const above = await listEvents(tenantry.context(), organization.id);
  expect(JSON.stringify(above)).toContain("s3cret");
});

test("keeps the intervals of a membership: when it was what", async () => {
  const tenantry = await openTestTenantry();
  const { organization, owner } = await makeOrganization(tenantry);
  const user = await makeUser(tenantry);
  const ctx = as(tenantry, owner);
  await addMember(ctx, organization.id, { user_id: user.id });
  await updateMember(ctx, organization.id, user.id, { role: "admin" });
  await removeMember(ctx, organization.id, user.id);
  const intervals = await tenantry.engine.storage.committed.events.intervals(
    organization.tenant_id,
    organization.id,
    "membership",
    user.id,
  );
  expect(intervals.map(({ from_sequence, to_sequence }) => [from_sequence, to_sequence])).toEqual([
    [3, 4],
    [4, 5],
  ]);
});
