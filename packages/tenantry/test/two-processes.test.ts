import { setImmediate } from "node:timers/promises";
import {
  addMember,
  type CheckResult,
  check,
  createOrganization,
  createPlan,
  createTenant,
  isSessionLive,
  listMembers,
  openPage,
  registerUser,
  removeMember,
  verifyChains,
} from "@tenantry/core";
import { openTenantry, type Tenantry } from "tenantry";
import { beforeEach, expect, onTestFinished, test } from "vitest";
import { type OtherProcess, startOtherProcess } from "./other-process.ts";
import { isPostgres, makeTestDatabase } from "./test-database.ts";
import { as, makeOrganization, makeUser } from "./test-tenantry.ts";

/**
 * Until a commit of the other process is heard of without asking for it: on SQLite when the last look is a millisecond old (ADR 0006); on
 * PostgreSQL when its message is here, which is what a fresh look waits for.
 */
const heard = async () => {
  const end = performance.now() + 1.1;
  do await setImmediate();
  while (performance.now() < end);
  if (isPostgres) await tenantry.engine.storage.catchUp(null, true);
};

let tenantry: Tenantry;
let other: OtherProcess;

beforeEach(async () => {
  const { url: databaseUrl } = await makeTestDatabase();
  tenantry = await openTenantry({ databaseUrl, busyTimeoutMs: 60_000 });
  onTestFinished(() => tenantry.close());
  other = await startOtherProcess(databaseUrl);
});

test("refuses, as soon as it has heard, a member whom another process removed, however many reads race with it", async () => {
  const { organization } = await makeOrganization(tenantry);
  const user = await makeUser(tenantry);
  const at = { organizationId: organization.id, userId: user.id };
  const question = {
    organization_id: organization.id,
    user_id: user.id,
    permission: "organization:read",
  };
  const ask = async (): Promise<CheckResult> => await check(tenantry.context(), question);
  let isDone = false;
  // Reads without end, so that fills of the cache fall before, between and after the commits of the other process.
  const racing = (async () => {
    for (let turn = 0; !isDone; turn++) {
      await ask();
      if (turn % 50 === 0) tenantry.engine.permissions.apply("everything");
      await setImmediate();
    }
  })();
  for (let round = 0; round < 100; round++) {
    const added = await other.run({ do: "add", ...at });
    await heard();
    expect((await ask()).allowed).toBe(true);
    expect((await ask()).revision).toBeGreaterThanOrEqual(added.value as number);
    await other.run({ do: "remove", ...at });
    await heard();
    expect((await ask()).allowed).toBe(false);
  }
  isDone = true;
  await racing;
});

test("sees at once, with strong consistency, what another process acknowledged", async () => {
  const { organization } = await makeOrganization(tenantry);
  const user = await makeUser(tenantry);
  const question = {
    organization_id: organization.id,
    user_id: user.id,
    permission: "organization:read",
    consistency: "strong" as const,
  };
  for (let round = 0; round < 20; round++) {
    await other.run({ do: "add", organizationId: organization.id, userId: user.id });
    expect((await check(tenantry.context(), question)).allowed).toBe(true);
    await removeMember(tenantry.context(), organization.id, user.id);
    const seen = await other.run({
      do: "check",
      organizationId: organization.id,
      userId: user.id,
      permission: "organization:read",
    });
    expect(seen.value).toBe(false);
  }
});

test("ends a session in every process when one of them logs it out", async () => {
  const grant = await registerUser(tenantry.context({ actor: { type: "anonymous" } }), {
    email: "ann@example.com",
    password: "correct horse battery",
    name: "Ann",
  });
  const ctx = tenantry.context();
  expect(await isSessionLive(ctx, grant.session.id)).toBe(true);
  expect((await other.run({ do: "session", sessionId: grant.session.id })).value).toBe(true);
  await other.run({ do: "log out", refreshToken: grant.refresh_token });
  await heard();
  expect(await isSessionLive(ctx, grant.session.id)).toBe(false);
});

test("lets nobody in, in every process, when one of them suspends the tenant", async () => {
  const ctx = tenantry.context();
  const tenant = await createTenant(ctx, { name: "Suspended elsewhere" });
  const inTenant = tenantry.context({ tenantId: tenant.id });
  const { session, user } = await registerUser(
    { ...inTenant, actor: { type: "anonymous" } },
    { email: "ann@example.com", password: "correct horse battery", name: "Ann" },
  );
  const organization = await createOrganization(inTenant, { name: "A", owner_user_id: user.id });
  const question = {
    user_id: user.id,
    organization_id: organization.id,
    permission: "organization:read",
  };
  const seen = async () => [
    (await check(inTenant, question)).allowed,
    await isSessionLive(inTenant, session.id),
  ];
  expect(await seen()).toEqual([true, true]);
  for (const status of ["suspended", "active", "deleted"] as const) {
    await other.run({ do: "set tenant status", tenantId: tenant.id, status });
    await heard();
    expect(await seen()).toEqual([status === "active", status === "active"]);
  }
});

test("gives the last seat to one of forty additions that race in two processes", async () => {
  await createPlan(tenantry.context(), { key: "two", name: "Two", seats: 2 });
  const { organization } = await makeOrganization(tenantry, { plan_tier: "two" });
  const users = await Promise.all(Array.from({ length: 40 }, () => makeUser(tenantry)));
  const outcomes = await Promise.all(
    users.map((user, index) =>
      index % 2 === 0
        ? other.run({ do: "add", organizationId: organization.id, userId: user.id })
        : addMember(tenantry.context(), organization.id, { user_id: user.id }).then(
            (member) => ({ value: member.revision }),
            (error) => ({ code: error.code }),
          ),
    ),
  );
  expect(outcomes.filter((outcome) => "value" in outcome)).toHaveLength(1);
  const codes = outcomes.flatMap((outcome) => ("code" in outcome ? [outcome.code] : []));
  expect(new Set(codes)).toEqual(new Set(["seat_limit_reached"]));
  const page = openPage(await listMembers(tenantry.context(), organization.id, { total: true }));
  expect(page.total).toBe(2);
});

test("keeps one of two owners who are removed and demoted at once in two processes", async () => {
  for (let round = 0; round < 20; round++) {
    const { organization, owner } = await makeOrganization(tenantry);
    const second = await makeUser(tenantry);
    await addMember(as(tenantry, owner), organization.id, { user_id: second.id, role: "owner" });
    await Promise.all([
      other.run({ do: "demote", organizationId: organization.id, userId: owner.id }),
      removeMember(tenantry.context(), organization.id, second.id).catch((error) => error.code),
    ]);
    const owners = openPage(
      await listMembers(tenantry.context(), organization.id, { role: "owner" }),
    );
    expect(owners.items).toHaveLength(1);
  }
});

test("loses nothing of what two processes write at once, and keeps every chain whole", async () => {
  const owner = await makeUser(tenantry);
  const { organization } = await makeOrganization(tenantry);
  const users = await Promise.all(Array.from({ length: 60 }, () => makeUser(tenantry)));
  await Promise.all(
    users.map(async (user, index) => {
      if (index % 2 === 0) {
        await addMember(tenantry.context(), organization.id, { user_id: user.id });
        return;
      }
      const added = await other.run({
        do: "add",
        organizationId: organization.id,
        userId: user.id,
      });
      expect(added.code).toBeUndefined();
      await other.run({ do: "create", name: `Other ${index}`, ownerId: owner.id });
    }),
  );
  const page = openPage(await listMembers(tenantry.context(), organization.id, { total: true }));
  expect(page.total).toBe(61);
  const report = await verifyChains(tenantry.engine.storage.committed, organization.tenant_id);
  expect(report).toMatchObject({ chains: 32, faults: [] });
});
