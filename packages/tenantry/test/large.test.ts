import {
  admitMember,
  type Context,
  check,
  createOrganization,
  getOrganization,
  insertUser,
  listMembers,
  listUserOrganizations,
  mutate,
  openPage,
  type Ports,
  resolveRoles,
} from "@tenantry/core";
import type { Tenantry } from "tenantry";
import { expect, test } from "vitest";
import { isPostgres } from "./test-database.ts";
import { as, makeOrganization, makeUser, openTestTenantry } from "./test-tenantry.ts";

/** Each is some ten round trips to a server. */
const members = isPostgres ? 5_000 : 25_000;

test(`shows each of ${members} members exactly once while others join`, async () => {
  const tenantry = await openTestTenantry();
  const { organization, owner } = await makeOrganization(tenantry);
  const early = await addMany(tenantry.context(), organization.id, members - 1);
  early.push(owner.id);
  const seen = new Map<string, number>();
  let cursor: string | null = null;
  do {
    const input: { limit: number; cursor?: string } = { limit: 200 };
    if (cursor !== null) input.cursor = cursor;
    const page = openPage<{ user_id: string }>(
      await listMembers(as(tenantry, owner), organization.id, input),
    );
    for (const { user_id } of page.items) seen.set(user_id, (seen.get(user_id) ?? 0) + 1);
    cursor = page.next_cursor;
    if (seen.size % 1_000 === 0) await addMany(tenantry.context(), organization.id, 20);
  } while (cursor !== null);
  expect(early.filter((userId) => seen.get(userId) !== 1)).toEqual([]);
  expect([...seen.values()].every((times) => times === 1)).toBe(true);
}, 120_000);

test("counts as many members as it lists, under every filter", async () => {
  const tenantry = await openTestTenantry();
  const { organization } = await makeOrganization(tenantry);
  await addMany(tenantry.context(), organization.id, 120);
  for (const filter of [
    {},
    { role: "owner" },
    { role: "member" },
    { status: "invited" as const },
    { q: "MEMBER 1" },
  ]) {
    let listed = 0;
    let total: number | undefined;
    for (let cursor: string | null | undefined; cursor !== null; ) {
      const page = openPage(
        await listMembers(tenantry.context(), organization.id, {
          ...filter,
          limit: 50,
          total: true,
          ...(cursor === undefined ? {} : { cursor }),
        }),
      );
      listed += page.items.length;
      total = page.total;
      cursor = page.next_cursor;
    }
    expect([filter, total]).toEqual([filter, listed]);
  }
});

test("asks the storage as often for a user of 2,000 organizations as for a user of one", async () => {
  const tenantry = await openTestTenantry();
  const few = await makeUser(tenantry);
  const many = await makeUser(tenantry);
  const organization = await createOrganization(as(tenantry, few), { name: "One" });
  const rest = Array.from({ length: 2_000 }, (_, i) =>
    createOrganization(as(tenantry, many), { name: `Many ${i}` }),
  );
  const [first] = await Promise.all(rest);
  const asked = async (user: { id: string }, organizationId: string) => {
    tenantry.engine.permissions.apply("everything");
    return await countCalls(tenantry, async (ctx) => {
      await getOrganization({ ...ctx, actor: as(tenantry, user).actor }, organizationId);
      await listUserOrganizations({ ...ctx, actor: as(tenantry, user).actor }, user.id);
      await check(ctx, { user_id: user.id, organization_id: organizationId, permission: "x:y" });
    });
  };
  const calls = await asked(few, organization.id);
  expect(await asked(many, first?.id ?? "")).toBe(calls);
  expect(calls).toBeLessThan(8);
});

/** Members of their own making, in one transaction. */
async function addMany(ctx: Context, organizationId: string, count: number): Promise<string[]> {
  return await mutate(ctx, "add_many", null, async (mutation) => {
    const organization = await mutation.lockOrganization(organizationId);
    if (organization === undefined) throw new Error("no organization");
    const roles = await resolveRoles(mutation, organizationId, ["member"]);
    const ids: string[] = [];
    for (let i = 0; i < count; i++) {
      const user = await insertUser(mutation, { name: `Member ${i}` });
      await admitMember(mutation, organization, {
        user_id: user.id,
        roles,
        status: "active",
        invited_by_user_id: null,
      });
      ids.push(user.id);
    }
    return ids;
  });
}

/** How many port methods `work` calls on committed data. */
async function countCalls(
  tenantry: Tenantry,
  work: (ctx: Context) => Promise<void>,
): Promise<number> {
  const { engine } = tenantry;
  let calls = 0;
  const counted = new Proxy(engine.storage.committed, {
    get: (ports, feature) =>
      new Proxy(ports[feature as keyof Ports], {
        get(port, method) {
          calls += 1;
          return Reflect.get(port, method);
        },
      }),
  });
  const storage = { ...engine.storage, committed: counted };
  await work(tenantry.context({ engine: { ...engine, storage } } as never));
  return calls;
}
