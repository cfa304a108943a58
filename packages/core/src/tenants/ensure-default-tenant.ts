import type { Context, Engine } from "../context.ts";
import { newId, randomBase32 } from "../ids.ts";
import { mutate } from "../mutation.ts";
import { insertTenant } from "./insert-tenant.ts";
import { defaultTenantSlug, type Tenant } from "./tenants.schema.ts";

/** The tenant of everybody who names none. Created at the first start, by whichever process comes first. */
export async function ensureDefaultTenant(engine: Engine): Promise<Tenant> {
  const found = await engine.storage.committed.tenants.findBySlug(defaultTenantSlug);
  if (found !== undefined) return found;
  const id = newId("ten");
  const ctx: Context = { engine, tenantId: id, actor: { type: "system", id: "tenantry" } };
  return await mutate(ctx, "create_tenant", defaultTenantSlug, async (mutation) => {
    const madeMeanwhile = await mutation.ports.tenants.findBySlug(defaultTenantSlug);
    if (madeMeanwhile !== undefined) return madeMeanwhile;
    const tenant = {
      id,
      slug: defaultTenantSlug,
      short_id: randomBase32(8),
      name: "Default",
      placement: "shared",
    } as const;
    return (await insertTenant(mutation, tenant)).record;
  });
}
