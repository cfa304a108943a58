import {
  createTenant,
  createUser,
  type Denial,
  deny,
  getOrganization,
  getUser,
  grantTenantAdministrator,
  type ListDenialsInput,
  listDenials,
  listUserOrganizations,
  mutate,
  openPage,
  type Ports,
  updateUser,
} from "@tenantry/core";
import type { Tenantry } from "tenantry";
import { expect, test } from "vitest";
import { isPostgres } from "./test-database.ts";
import { as, makeOrganization, makeUser, openTestTenantry } from "./test-tenantry.ts";

async function denialsIn(tenantry: Tenantry, input: ListDenialsInput = {}, tenantId?: string) {
  const ctx = tenantry.context({ ...(tenantId !== undefined && { tenantId }) });
  return openPage<Denial>(await listDenials(ctx, { limit: 200, ...input })).items;
}

/** Asks for organizations that are not there, one after another. */
async function ask(
  tenantry: Tenantry,
  user: { readonly id: string },
  ids: readonly string[],
): Promise<void> {
  for (const id of ids) {
    await expect(getOrganization(as(tenantry, user), id)).rejects.toMatchObject({
      code: "organization_not_found",
    });
  }
}

test("shows its tenant's administrators what was refused there, the newest first, page by page, and nobody else", async () => {
  let nowMs = Date.now();
  const tenantry = await openTestTenantry({ clock: () => nowMs++ });
  const [user, other, administrator] = [
    await makeUser(tenantry),
    await makeUser(tenantry),
    await makeUser(tenantry),
  ];
  await grantTenantAdministrator(tenantry.context(), administrator.id);
  await ask(tenantry, user, ["org_1", "org_2", "org_3"]);
  await ask(tenantry, other, ["org_1"]);
  await tenantry.engine.flush();
  const first = await listDenials(as(tenantry, administrator), { limit: 3, total: true });
  expect([first.has_more, first.total]).toEqual([true, 4]);
  const rest = await listDenials(as(tenantry, administrator), {
    cursor: first.next_cursor ?? "",
  });
  expect([rest.has_more, rest.next_cursor]).toEqual([false, null]);
  const asked = [...openPage<Denial>(first).items, ...openPage<Denial>(rest).items].map(
    ({ actor, organization_id }) => [actor.id, organization_id],
  );
  expect(asked).toEqual([
    [other.id, "org_1"],
    [user.id, "org_3"],
    [user.id, "org_2"],
    [user.id, "org_1"],
  ]);
  expect(await denialsIn(tenantry, { organization_id: "org_1" })).toHaveLength(2);
  expect(await denialsIn(tenantry, { organization_id: "org_1", actor_id: user.id })).toEqual([
    openPage<Denial>(rest).items[0],
  ]);
  await expect(listDenials(as(tenantry, user))).rejects.toMatchObject({
    code: "permission_denied",
  });
  await tenantry.engine.flush();
  expect(await denialsIn(tenantry, { code: "permission_denied" })).toMatchObject([
    { operation: "list_denials", actor: { type: "user", id: user.id } },
  ]);
  const { id } = await createTenant(tenantry.context(), { name: "Other" });
  expect(await denialsIn(tenantry, {}, id)).toEqual([]);
});

test("keeps who looks after another user, and who names another tenant", async () => {
  const tenantry = await openTestTenantry();
  const [user, other] = [await makeUser(tenantry), await makeUser(tenantry)];
  const ctx = as(tenantry, user);
  const attempts = [
    () => getUser(ctx, other.id),
    () => getUser(ctx, "user_never"),
    () => updateUser(ctx, other.id, { name: "Mine" }),
    () => listUserOrganizations(ctx, other.id),
    () => updateUser(ctx, user.id, { name: "Mine", tenant_id: "ten_other" }),
  ];
  for (const attempt of attempts) await expect(attempt()).rejects.toThrow();
  await tenantry.engine.flush();
  const kept = (await denialsIn(tenantry, { actor_id: user.id })).map(({ code, operation }) => [
    code,
    operation,
  ]);
  expect(kept.sort()).toEqual([
    ["tenant_not_found", "update_user"],
    ["user_not_found", "get_user"],
    ["user_not_found", "get_user"],
    ["user_not_found", "list_user_organizations"],
    ["user_not_found", "update_user"],
  ]);
  const operator = tenantry.context();
  await expect(getUser(operator, "user_never")).rejects.toThrow();
  await expect(createUser(operator, { tenant_id: "ten_other" })).rejects.toThrow();
  await tenantry.engine.flush();
  expect(await denialsIn(tenantry)).toHaveLength(kept.length);
});

test("keeps a refusal about whatever was named, and those that are written along with it", async () => {
  const tenantry = await openTestTenantry();
  const user = await makeUser(tenantry);
  const named = [
    "org_plain",
    "nul \0 in it",
    "half \ud83d of it",
    `${"a".repeat(254)}😀${"a".repeat(3000)}`,
  ];
  await ask(tenantry, user, named);
  await tenantry.engine.flush();
  const kept = (await denialsIn(tenantry)).map(({ organization_id }) => organization_id);
  expect(kept.sort()).toEqual([
    `${"a".repeat(254)}\ufffd`,
    "half \ufffd of it",
    "nul \ufffd in it",
    "org_plain",
  ]);
});

/** A refusal that no storage takes: it has no operation. */
function recordUnwritable({ engine, defaultTenant }: Tenantry): void {
  engine.recordDenial({
    tenant_id: defaultTenant.id,
    code: "permission_denied",
    operation: null as never,
    actor_type: "user",
    actor_id: null,
    organization_id: null,
    permission: null,
    request_id: null,
  });
}

test("writes a tenant's refusals where another's cannot be written", async () => {
  const tenantry = await openTestTenantry();
  const tenant = await createTenant(tenantry.context(), { name: "Other" });
  const ctx = tenantry.context({
    tenantId: tenant.id,
    actor: { type: "user", id: "ann", session_id: null },
  });
  recordUnwritable(tenantry);
  await expect(getOrganization(ctx, "org_1")).rejects.toThrow();
  await expect(tenantry.engine.flush()).rejects.toThrow();
  expect(await denialsIn(tenantry, {}, tenant.id)).toHaveLength(1);
});

test("closes where what waits cannot be written", async () => {
  const tenantry = await openTestTenantry();
  recordUnwritable(tenantry);
  await expect(tenantry.close()).rejects.toThrow();
  await expect(makeUser(tenantry)).rejects.toMatchObject({ code: "storage_closed" });
});

test("whoever waits for what waits waits for what is being written, too", async () => {
  const tenantry = await openTestTenantry();
  const user = await makeUser(tenantry);
  await ask(tenantry, user, ["org_1"]);
  const first = tenantry.engine.flush();
  await tenantry.engine.flush();
  expect(await denialsIn(tenantry)).toHaveLength(1);
  await first;
});

test.runIf(isPostgres)(
  "keeps one line of a refusal whose transaction is run again, and none where that is not refused",
  async () => {
    const tenantry = await openTestTenantry();
    const user = await makeUser(tenantry);
    const { organization } = await makeOrganization(tenantry);
    const ctx = { ...as(tenantry, user), requestId: "again" };
    /** Meets, in its first run, a row that is there already: then a body is run again. */
    const attempt = (isRefused: (run: number) => boolean) => {
      let runs = 0;
      return mutate(ctx, "test", null, async ({ ports }) => {
        runs += 1;
        if (runs === 1)
          void Promise.resolve(ports.organizations.insert(await recordOf(ports))).catch(() => {});
        if (isRefused(runs)) throw deny(ctx, "permission_denied", "test", organization.id, "x");
        return runs;
      });
    };
    const recordOf = async (ports: Ports) => {
      const found = await ports.organizations.find(ctx.tenantId, organization.id);
      if (found === undefined) throw new Error("The organization is not there");
      return found;
    };
    expect(await attempt((run) => run === 1)).toBe(2);
    await expect(attempt(() => true)).rejects.toMatchObject({ code: "permission_denied" });
    await tenantry.engine.flush();
    expect(await denialsIn(tenantry)).toMatchObject([{ operation: "test", request_id: "again" }]);
  },
);
