import {
  type Context,
  check,
  createOrganization,
  createTenant,
  type Denial,
  deleteTenant,
  getTenant,
  grantTenantAdministrator,
  isSessionLive,
  listDenials,
  listOrganizations,
  listPlans,
  listRoles,
  listTenants,
  listUsers,
  login,
  type Organization,
  openPage,
  purgeTenant,
  refreshSession,
  registerUser,
  restoreTenant,
  setTenantStatus,
  type Tenant,
  updateTenant,
  verifyChains,
} from "@tenantry/core";
import type { Tenantry } from "tenantry";
import { expect, test } from "vitest";
import { as, makeUser, openTestTenantry } from "./test-tenantry.ts";

const password = "correct horse battery";

/** A tenant with a signed-in administrator who owns an organization. */
async function setUp() {
  const tenantry = await openTestTenantry();
  const ctx = tenantry.context();
  const tenant = await createTenant(ctx, {
    name: "Acme",
    administrator: { email: "ann@acme.example", name: "Ann", password },
  });
  const inTenant = tenantry.context({ tenantId: tenant.id });
  const anonymous = { ...inTenant, actor: { type: "anonymous" } as const };
  const grant = await login(anonymous, { email: "ann@acme.example", password });
  const ann = { ...as(tenantry, grant.user), tenantId: tenant.id };
  const organization = await createOrganization(ann, { name: "Acme Ltd" });
  return { tenantry, ctx, tenant, inTenant, anonymous, grant, ann, organization };
}

type Parts = Awaited<ReturnType<typeof setUp>>;

function mayAnnRead({ inTenant, ann, organization }: Parts): Promise<boolean> {
  return allowed(inTenant, ann, organization);
}

async function allowed(ctx: Context, who: Context, organization: Organization): Promise<boolean> {
  const user_id = who.actor.type === "user" ? who.actor.id : "";
  const question = { user_id, organization_id: organization.id, permission: "organization:read" };
  return (await check(ctx, question)).allowed;
}

async function codeOf(call: () => unknown): Promise<string> {
  try {
    await call();
  } catch (error) {
    return (error as { code: string }).code;
  }
  return "done";
}

async function slugsOf(ctx: Context, input = {}): Promise<string[]> {
  return openPage<Tenant>(await listTenants(ctx, input)).items.map(({ slug }) => slug);
}

test("makes a tenant with catalogues, an administrator who can sign in, and a chain that verifies", async () => {
  const { tenantry, ctx, tenant, inTenant, ann } = await setUp();
  expect(tenant).toMatchObject({ slug: "acme", status: "active", placement: "shared" });
  expect(await getTenant(ctx, "acme")).toEqual(await getTenant(ctx, tenant.id));
  const keysOf = async (asked: Context) => [
    (await listRoles(asked, null)).map(({ key }) => key),
    (await listPlans(asked)).map(({ key }) => key),
  ];
  expect(await keysOf(inTenant)).toEqual(await keysOf(ctx));
  expect(openPage(await listUsers(ann)).items).toHaveLength(1);
  expect(openPage(await listUsers(ctx)).items).toHaveLength(0);
  const { committed } = tenantry.engine.storage;
  expect((await verifyChains(committed, tenant.id)).faults).toEqual([]);
  const [created] = await committed.events.list(tenant.id, tenant.id, 0, 1);
  expect(created).toMatchObject({ type: "tenant.created", entity_id: tenant.id });
});

test("lets nobody in while a tenant is suspended, and everybody again, with their sessions, when it is active", async () => {
  const parts = await setUp();
  const { ctx, tenant, inTenant, anonymous, grant, ann } = parts;
  expect(await mayAnnRead(parts)).toBe(true);
  expect(await isSessionLive(inTenant, grant.session.id)).toBe(true);
  await setTenantStatus(ctx, tenant.id, { status: "suspended" });
  expect(await mayAnnRead(parts)).toBe(false);
  expect(await isSessionLive(inTenant, grant.session.id)).toBe(false);
  const { refresh_token } = grant;
  const newcomer = { email: "bob@acme.example", name: "Bob", password };
  expect(await codeOf(() => login(anonymous, { email: "ann@acme.example", password }))).toBe(
    "tenant_suspended",
  );
  expect(await codeOf(() => refreshSession(anonymous, { refresh_token }))).toBe("tenant_suspended");
  expect(await codeOf(() => registerUser(anonymous, newcomer))).toBe("tenant_suspended");
  expect(await codeOf(() => listUsers(ann))).toBe("tenant_suspended");
  expect(openPage(await listUsers(inTenant)).items).toHaveLength(1);
  expect(openPage(await listOrganizations(inTenant)).items).toHaveLength(1);
  await setTenantStatus(ctx, tenant.id, { status: "active" });
  expect(await mayAnnRead(parts)).toBe(true);
  expect(await isSessionLive(inTenant, grant.session.id)).toBe(true);
  expect((await refreshSession(anonymous, { refresh_token })).user.id).toBe(grant.user.id);
});

test("takes a deleted tenant for one that never was, and brings it back with everything in it", async () => {
  const parts = await setUp();
  const { ctx, tenant, inTenant, anonymous, grant, ann } = parts;
  expect(await mayAnnRead(parts)).toBe(true);
  await deleteTenant(ctx, "acme");
  expect(await mayAnnRead(parts)).toBe(false);
  expect(await isSessionLive(inTenant, grant.session.id)).toBe(false);
  expect(await codeOf(() => login(anonymous, { email: "ann@acme.example", password }))).toBe(
    "tenant_not_found",
  );
  expect(await codeOf(() => getTenant(ann, tenant.id))).toBe("tenant_not_found");
  expect(await slugsOf(ctx)).toEqual(["default"]);
  expect(await slugsOf(ctx, { status: "deleted" })).toEqual(["acme"]);
  expect(await codeOf(() => createTenant(ctx, { name: "X", slug: "acme" }))).toBe(
    "tenant_slug_taken",
  );
  expect(await codeOf(() => updateTenant(ctx, "acme", { name: "X" }))).toBe("tenant_deleted");
  expect(await codeOf(() => deleteTenant(ctx, "acme"))).toBe("tenant_deleted");
  expect(await restoreTenant(ctx, "acme")).toMatchObject({ status: "active", deleted_at: null });
  expect(await codeOf(() => restoreTenant(ctx, "acme"))).toBe("tenant_not_deleted");
  expect(await mayAnnRead(parts)).toBe(true);
  expect(await isSessionLive(inTenant, grant.session.id)).toBe(true);
});

test("never closes the default tenant and keeps its slug, but takes another name for it", async () => {
  const tenantry = await openTestTenantry();
  const ctx = tenantry.context();
  for (const call of [
    () => deleteTenant(ctx, "default"),
    () => setTenantStatus(ctx, "default", { status: "suspended" }),
    () => setTenantStatus(ctx, tenantry.defaultTenant.id, { status: "deleted" }),
    () => updateTenant(ctx, "default", { slug: "other" }),
  ]) {
    expect(await codeOf(call)).toBe("tenant_fixed");
  }
  expect(await updateTenant(ctx, "default", { name: "Ours", slug: "default" })).toMatchObject({
    name: "Ours",
    slug: "default",
    status: "active",
  });
});

/** Every operation on a tenant. A new one belongs here. */
const operations: Record<string, (ctx: Context, tenant: Tenant) => unknown> = {
  getTenant: (ctx, { id }) => getTenant(ctx, id),
  updateTenant: (ctx, { id }) => updateTenant(ctx, id, { name: "Theirs" }),
  setTenantStatus: (ctx, { slug }) => setTenantStatus(ctx, slug, { status: "suspended" }),
  deleteTenant: (ctx, { id }) => deleteTenant(ctx, id),
  restoreTenant: (ctx, { slug }) => restoreTenant(ctx, slug),
  purgeTenant: (ctx, { id }) => purgeTenant(ctx, id),
};

async function denialsOf(tenantry: Tenantry, tenantId: string) {
  await tenantry.engine.flush();
  const page = await listDenials(tenantry.context({ tenantId }), { limit: 200 });
  return openPage<Denial>(page).items;
}

test.each(Object.keys(operations))("%s is the operator's alone", async (name) => {
  const { tenantry, ctx, tenant, ann } = await setUp();
  const run = (by: Context, about: Tenant) => codeOf(() => operations[name]?.(by, about));
  const before = JSON.stringify(await getTenant(ctx, tenant.id));
  const stranger = as(tenantry, await makeUser(tenantry));
  const theirs = await makeUser(tenantry, "Administrator of the default tenant");
  await grantTenantAdministrator(ctx, theirs.id);
  const never = { ...tenant, id: "ten_never", slug: "never" };
  expect(await run(tenantry.context({ actor: { type: "anonymous" } }), tenant)).toBe(
    "authentication_required",
  );
  expect(await run(stranger, tenant)).toBe("tenant_not_found");
  expect(await run(as(tenantry, theirs), tenant)).toBe("tenant_not_found");
  expect(await run(as(tenantry, theirs), never)).toBe("tenant_not_found");
  expect(await run(ctx, never)).toBe("tenant_not_found");
  expect(await run(ann, tenant)).toBe(name === "getTenant" ? "done" : "permission_denied");
  expect(JSON.stringify(await getTenant(ctx, tenant.id))).toBe(before);
  const denials = await denialsOf(tenantry, tenantry.defaultTenant.id);
  expect(denials.filter(({ code }) => code === "tenant_not_found")).toHaveLength(3);
});

test("creating and listing tenants is the operator's alone", async () => {
  const { ann } = await setUp();
  expect(await codeOf(() => createTenant(ann, { name: "Mine" }))).toBe("permission_denied");
  expect(await codeOf(() => listTenants(ann))).toBe("permission_denied");
});

test("changes name and slug under the ETag of the tenant's own row, with an event for each change", async () => {
  const { tenantry, ctx, tenant, inTenant } = await setUp();
  await registerUser(
    { ...inTenant, actor: { type: "anonymous" } },
    { email: "bob@acme.example", name: "Bob", password },
  );
  const read = await getTenant(ctx, tenant.id);
  expect(read.revision).toBeGreaterThan(read.row_revision);
  const ifMatch = read.row_revision;
  const renamed = await updateTenant({ ...ctx, ifMatch }, "acme", { name: "Acme 2", slug: "two" });
  expect(renamed).toMatchObject({ name: "Acme 2", slug: "two", short_id: tenant.short_id });
  expect(await codeOf(() => updateTenant({ ...ctx, ifMatch }, "two", { name: "X" }))).toBe(
    "revision_mismatch",
  );
  expect(await codeOf(() => getTenant(ctx, "acme"))).toBe("tenant_not_found");
  await updateTenant(ctx, "two", { name: "Acme 2" });
  expect(await getTenant(ctx, "two")).toEqual(renamed);
  const { events } = tenantry.engine.storage.committed;
  const types = (await events.list(tenant.id, tenant.id, 0, 200)).map(({ type }) => type);
  expect(types.filter((type) => type.startsWith("tenant."))).toEqual([
    "tenant.created",
    "tenant.updated",
  ]);
});

test("makes one tenant for a key, however often it is sent, and another once its time is over", async () => {
  const clock = { nowMs: Date.now() };
  const tenantry = await openTestTenantry({ clock: () => clock.nowMs });
  const ctx = tenantry.context({ idempotencyKey: "k1" });
  const input = { name: "Acme", administrator: { email: "ann@acme.example", password } };
  const first = await createTenant(ctx, input);
  expect(await createTenant(ctx, input)).toEqual(first);
  expect(await codeOf(() => createTenant(ctx, { name: "Other" }))).toBe("idempotency_key_reused");
  const other = await createTenant({ ...ctx, idempotencyKey: "k2" }, { name: "Acme" });
  expect(await slugsOf(ctx)).toHaveLength(3);
  expect(other.slug).toBe("acme-2");
  clock.nowMs += tenantry.engine.settings.idempotencyTtlSeconds * 1000;
  expect((await createTenant(ctx, { name: "Later" })).id).not.toBe(first.id);
});

test("keeps nothing of a dry run", async () => {
  const tenantry = await openTestTenantry();
  const dry = tenantry.context({ dryRun: true });
  expect(await createTenant(dry, { name: "Acme" })).toMatchObject({ slug: "acme" });
  const tenant = await createTenant(tenantry.context(), { name: "Acme" });
  await setTenantStatus(dry, tenant.id, { status: "suspended" });
  await deleteTenant(dry, tenant.id);
  expect(await getTenant(dry, "acme")).toEqual(tenant);
});

test("gives a slug that races to one of ten tenants, and each its own where none was chosen", async () => {
  const tenantry = await openTestTenantry();
  const ctx = tenantry.context();
  const ten = (input: { name: string; slug?: string }) =>
    Promise.allSettled(Array.from({ length: 10 }, () => createTenant(ctx, input)));
  const chosen = await ten({ name: "Chosen", slug: "chosen" });
  expect(chosen.filter(({ status }) => status === "fulfilled")).toHaveLength(1);
  const made = await ten({ name: "Made" });
  const slugs = made.flatMap((one) => (one.status === "fulfilled" ? [one.value.slug] : []));
  expect(new Set(slugs).size).toBe(10);
});

test("refuses what a tenant cannot be, names the field and makes nothing", async () => {
  const tenantry = await openTestTenantry();
  const ctx = tenantry.context();
  const administrator = { email: "ann@example.com", password: "password1" };
  for (const [input, code, pointer] of [
    [{ name: " " }, "invalid_input", "/name"],
    [{ name: "X", slug: "Not a slug" }, "invalid_input", "/slug"],
    [{ name: "X", placement: "cloud" }, "invalid_input", "/placement"],
    [{ name: "X", administrator: { email: "nobody" } }, "invalid_input", "/administrator/email"],
    [{ name: "X", status: "deleted" }, "invalid_input", "/status"],
    [{ name: "X", administrator }, "weak_password", "/administrator/password"],
  ] as const) {
    await expect(createTenant(ctx, input as never)).rejects.toMatchObject({
      code,
      fields: [expect.objectContaining({ pointer })],
    });
  }
  expect(await slugsOf(ctx)).toEqual(["default"]);
});
