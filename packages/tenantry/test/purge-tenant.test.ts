import {
  createTenant,
  deleteTenant,
  findTenant,
  getTenant,
  listTenants,
  openPage,
  purgeTenant,
  restoreTenant,
  type Tenant,
  verifyChains,
} from "@tenantry/core";
import { openTenantry, type Tenantry } from "tenantry";
import { expect, test } from "vitest";
import { fillTenant, itemsOf, pageRequest } from "../../storage-testkit/src/index.ts";
import { isPostgres, makeTestDatabase } from "./test-database.ts";
import { openTestTenantry } from "./test-tenantry.ts";

const missing = "ten_missing";

/** Tables of the installation. They have rows about tenants only meanwhile, but for the one that says which are gone. */
const ofInstallation = new Set([
  "changed_rows",
  "placements",
  "registered_organizations",
  "tenant_moves",
  "tenant_purges",
]);

/** Every table with rows of tenants, as the database itself says, with how many of this tenant's it has. */
async function countRows(query: (sql: string) => Promise<readonly object[]>, tenantId: string) {
  const tables = await query(
    isPostgres
      ? `SELECT table_name AS name FROM information_schema.columns
          WHERE table_schema = 'public' AND column_name = 'tenant_id'`
      : `SELECT m.name FROM sqlite_schema AS m JOIN pragma_table_info(m.name) AS c
          ON c.name = 'tenant_id' WHERE m.type = 'table'`,
  );
  const names = tables.map((table) => String((table as { name: unknown }).name));
  const counts = [];
  for (const name of names.toSorted()) {
    const where = `WHERE tenant_id = '${tenantId}'`;
    const [row] = await query(`SELECT count(*) AS count FROM ${name} ${where}`);
    counts.push({ name, rows: Number((row as { count: unknown }).count) });
  }
  return counts;
}

async function openWithDeleted(): Promise<{ tenantry: Tenantry; tenant: Tenant }> {
  const tenantry = await openTestTenantry();
  const ctx = tenantry.context();
  const { id } = await createTenant(ctx, { name: "Acme" });
  await deleteTenant(ctx, id);
  return { tenantry, tenant: await getTenant(ctx, id) };
}

async function purgesIn({ engine, defaultTenant: { id } }: Tenantry) {
  const events = await engine.storage.committed.events.list(id, id, 0, 200);
  return events.filter(({ type }) => type === "tenant.purged");
}

test("leaves no row of a tenant in any table that there is", async () => {
  const { url, query } = await makeTestDatabase();
  const tenantry = await openTenantry({ databaseUrl: url });
  const { storage } = tenantry.engine;
  for (const id of ["tenant-a", "other"]) {
    await storage.transaction(id, (ports) => fillTenant(ports, id));
  }
  await deleteTenant(tenantry.context(), "tenant-a");
  await tenantry.close();
  const before = await countRows(query, "tenant-a");
  const empty = before.filter(({ name, rows }) => rows === 0 && !ofInstallation.has(name));
  expect(empty).toEqual([]);
  const others = await countRows(query, "other");

  const again = await openTenantry({ databaseUrl: url });
  expect(await purgeTenant(again.context(), "tenant-a")).toEqual({
    id: "tenant-a",
    slug: "slug-of-tenant-a",
    name: "Tenant tenant-a",
    kept_database: null,
  });
  await again.close();
  const left = (await countRows(query, "tenant-a")).filter(({ rows }) => rows > 0);
  expect(left).toEqual([{ name: "tenant_purges", rows: 1 }]);
  expect(await countRows(query, "other")).toEqual(others);
});

test("says in the chain of the default tenant who purged which tenant, and frees its slug", async () => {
  const { tenantry, tenant } = await openWithDeleted();
  const ctx = tenantry.context({ actor: { type: "operator", id: "opk" } });
  await purgeTenant(ctx, "acme");
  expect(await findTenant(tenantry.engine, "acme")).toBeUndefined();
  expect(openPage(await listTenants(ctx, { status: "deleted" })).items).toEqual([]);
  const events = await purgesIn(tenantry);
  expect(events).toMatchObject([{ entity_id: tenant.id, actor_type: "operator", actor_id: "opk" }]);
  expect(JSON.parse(events[0]?.data ?? "")).toEqual({ before: tenant, after: null });
  const report = await verifyChains(tenantry.engine.storage.committed, tenantry.defaultTenant.id);
  expect(report.faults).toEqual([]);
  const again = await createTenant(ctx, { name: "Acme" });
  expect(again).toMatchObject({ slug: "acme", status: "active" });
  expect(again.id).not.toBe(tenant.id);
});

test("is refused for a tenant that is not deleted, the default one among them, and for one that is not there", async () => {
  const { tenantry } = await openWithDeleted();
  const ctx = tenantry.context();
  await restoreTenant(ctx, "acme");
  for (const slug of ["acme", "default"]) {
    await expect(purgeTenant(ctx, slug)).rejects.toMatchObject({
      code: "tenant_not_deleted",
      message: expect.stringContaining("delete it first"),
    });
    expect(await getTenant(ctx, slug)).toMatchObject({ status: "active" });
  }
  await expect(purgeTenant(ctx, missing)).rejects.toMatchObject({ code: "tenant_not_found" });
  expect(await purgesIn(tenantry)).toEqual([]);
});

test("keeps everything where it is only tried", async () => {
  const { tenantry, tenant } = await openWithDeleted();
  const ctx = tenantry.context();
  const tried = await purgeTenant({ ...ctx, dryRun: true }, "acme");
  expect(tried).toMatchObject({ id: tenant.id, slug: "acme" });
  expect(await purgesIn(tenantry)).toEqual([]);
  expect(await restoreTenant(ctx, "acme")).toMatchObject({ id: tenant.id, status: "active" });
});

test("is done once for a key, whoever has the slug by then, and the key that made the tenant makes another", async () => {
  const tenantry = await openTestTenantry();
  const ctx = tenantry.context();
  const making = { ...ctx, idempotencyKey: "make" };
  const { id } = await createTenant(making, { name: "Acme" });
  await deleteTenant(ctx, id);
  const purging = { ...ctx, idempotencyKey: "purge" };
  const first = await purgeTenant(purging, "acme");
  const second = await createTenant(making, { name: "Acme" });
  expect(second.id).not.toBe(id);
  await deleteTenant(ctx, second.id);
  expect(await purgeTenant(purging, "acme")).toEqual(first);
  expect(await getTenant(ctx, "acme")).toMatchObject({ id: second.id, status: "deleted" });
  expect(await purgesIn(tenantry)).toHaveLength(1);
});

test("leaves no refusal behind that was still to be written", async () => {
  const { tenantry, tenant } = await openWithDeleted();
  const { engine } = tenantry;
  const denial = { code: "permission_denied", operation: "x", actor_type: "user", actor_id: null };
  const about = { organization_id: null, permission: null, request_id: null } as const;
  engine.recordDenial({ tenant_id: tenant.id, ...denial, ...about });
  engine.recordDenial({ tenant_id: tenantry.defaultTenant.id, ...denial, ...about });
  await purgeTenant(tenantry.context(), tenant.id);
  await engine.flush();
  const { securityLog } = engine.storage.committed;
  const listOf = async (id: string) => itemsOf(await securityLog.list(id, {}, pageRequest()));
  expect(await listOf(tenant.id)).toEqual([]);
  expect(await listOf(tenantry.defaultTenant.id)).toHaveLength(1);
});
