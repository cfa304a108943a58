import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  check,
  createOrganization,
  createTenant,
  createUser,
  deleteTenant,
  findTenant,
  getTenant,
  setTenantStatus,
  sweepExpired,
  updateTenant,
} from "@tenantry/core";
import { openTenantry } from "tenantry";
import { expect, onTestFinished, test } from "vitest";
import { isJson, isPostgres, makeTestDatabase } from "./test-database.ts";

async function open() {
  const { url, query } = await makeTestDatabase();
  const dataDirectory = mkdtempSync(join(tmpdir(), "tenantry-data-"));
  const tenantry = await openTenantry({ databaseUrl: url, dataDirectory });
  onTestFinished(async () => {
    const placements = await tenantry.engine.storage.committed.placements.list("", 9);
    await tenantry.close();
    for (const { database } of placements) {
      if (isPostgres) await query(`DROP DATABASE ${database} WITH (FORCE)`);
    }
    rmSync(dataDirectory, { recursive: true });
  });
  return { tenantry, ctx: tenantry.context(), query, dataDirectory, url };
}

test.runIf(isJson)(
  "a JSON directory has no database for a single tenant, and says so",
  async () => {
    const { ctx } = await open();
    await expect(createTenant(ctx, { name: "X", placement: "dedicated" })).rejects.toMatchObject({
      code: "invalid_input",
      fields: [expect.objectContaining({ pointer: "/placement" })],
    });
  },
);

test.skipIf(isJson)(
  "a dedicated tenant lives in a database of its own, and is used as every other",
  async () => {
    const { tenantry, ctx, query, dataDirectory } = await open();
    const { id } = await createTenant(ctx, { name: "Acme", placement: "dedicated" });
    const own = tenantry.context({ tenantId: id });
    const user = await createUser(own, { name: "Ann", email: "ann@example.com" });
    const organization = await createOrganization(
      tenantry.context({ tenantId: id, actor: { type: "user", id: user.id, session_id: null } }),
      { name: "Acme" },
    );
    const question = {
      user_id: user.id,
      organization_id: organization.id,
      permission: "organization:update",
    };
    expect(await check(own, question)).toMatchObject({ allowed: true });
    const inMain = await query(`SELECT id FROM users WHERE tenant_id = '${id}'`);
    expect(inMain).toEqual([]);
    if (!isPostgres) expect(readdirSync(join(dataDirectory, "tenants"))).not.toEqual([]);

    await updateTenant(ctx, id, { slug: "acme-two" });
    expect((await findTenant(tenantry.engine, "acme-two"))?.id).toBe(id);
    await setTenantStatus(ctx, id, { status: "suspended" });
    expect(await check(own, question)).toMatchObject({ allowed: false });
    await deleteTenant(ctx, id);
    expect(await getTenant(ctx, id)).toMatchObject({ status: "deleted", placement: "dedicated" });
  },
);

test.skipIf(isJson || isPostgres)(
  "a tenant whose file is gone keeps nobody else's expired rows from being swept, and is named",
  async () => {
    const { tenantry, ctx, dataDirectory, url } = await open();
    const lost = await createTenant(ctx, { name: "Lost", placement: "dedicated" });
    const kept = await createTenant(ctx, { name: "Kept" });
    const own = tenantry.context({ tenantId: kept.id, idempotencyKey: "once" });
    await createUser(own, { name: "Ann" });
    const { storage, settings } = tenantry.engine;
    const [placement] = await storage.committed.placements.list("", 9);
    rmSync(join(dataDirectory, "tenants", `${placement?.database}.db`));

    const later = Date.now() + 2 * settings.idempotencyTtlSeconds * 1000;
    const again = await openTenantry({ databaseUrl: url, dataDirectory, clock: () => later });
    onTestFinished(() => again.close());
    expect(await sweepExpired(again.engine)).toMatchObject({
      idempotencyKeys: 1,
      unreachable: [{ tenant_id: lost.id, slug: "lost", error: { code: "storage_unavailable" } }],
    });
  },
);

test.skipIf(isJson)(
  "a dedicated tenant whose slug is taken leaves no database behind",
  async () => {
    const { tenantry, ctx } = await open();
    const making = createTenant(ctx, { name: "X", slug: "default", placement: "dedicated" });
    await expect(making).rejects.toMatchObject({ code: "tenant_slug_taken" });
    expect(await tenantry.engine.storage.committed.placements.list("", 10)).toEqual([]);
  },
);
