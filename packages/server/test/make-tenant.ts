import { type Engine, newId, randomBase32, type Tenant } from "@tenantry/core";

/** Another tenant beside the default one, with the same catalogues. */
export async function makeTenant(engine: Engine, like: Tenant, slug: string): Promise<Tenant> {
  const tenant: Tenant = {
    ...like,
    id: newId("ten"),
    slug,
    name: slug,
    short_id: randomBase32(8),
    revision: 0,
  };
  await engine.storage.transaction(tenant.id, async (ports) => {
    await ports.tenants.insert(tenant);
    for (const role of await ports.roles.list(like.id, null)) {
      await ports.roles.insert({ ...role, tenant_id: tenant.id });
    }
    for (const plan of await ports.plans.list(like.id)) {
      await ports.plans.insert({ ...plan, tenant_id: tenant.id });
    }
  });
  return tenant;
}
