import type { Context, Engine } from "../context.ts";
import { newId, randomBase32 } from "../ids.ts";
import { mutate } from "../mutation.ts";
import { defaultPlans } from "../plans/default-plans.ts";
import { defaultRoles } from "../roles/default-roles.ts";
import { defaultTenantSlug, type Tenant } from "./tenants.schema.ts";

/** A tenant by id or slug; undefined where there is none. */
export async function findTenant(engine: Engine, idOrSlug: string): Promise<Tenant | undefined> {
  const { tenants } = engine.storage.committed;
  return (await tenants.findBySlug(idOrSlug)) ?? (await tenants.find(idOrSlug));
}

/** The tenant that everybody is in who names none. Made with its catalogues at the first start, by whichever process comes first. */
export async function ensureDefaultTenant(engine: Engine): Promise<Tenant> {
  const found = await engine.storage.committed.tenants.findBySlug(defaultTenantSlug);
  if (found !== undefined) return found;
  const id = newId("ten");
  const ctx: Context = { engine, tenantId: id, actor: { type: "system", id: "tenantry" } };
  return await mutate(ctx, "create_tenant", defaultTenantSlug, async (mutation) => {
    const { ports, now } = mutation;
    const madeMeanwhile = await ports.tenants.findBySlug(defaultTenantSlug);
    if (madeMeanwhile !== undefined) return madeMeanwhile;
    const tenant: Tenant = {
      id,
      slug: defaultTenantSlug,
      short_id: randomBase32(8),
      name: "Default",
      status: "active",
      placement: "shared",
      revision: 0,
      created_at: now,
      updated_at: now,
    };
    await ports.tenants.insert(tenant);
    const { chain, record } = await mutation.lockTenant();
    await mutation.append(chain, {
      type: "tenant.created",
      entity: "tenant",
      entity_id: id,
      before: null,
      after: record,
    });
    const stamps = { tenant_id: id, revision: record.revision, created_at: now, updated_at: now };
    for (const entry of defaultRoles) {
      const role = {
        ...entry,
        ...stamps,
        permissions: [...entry.permissions],
        organization_id: null,
        description: null,
        is_default: true,
      };
      await ports.roles.insert(role);
      await mutation.append(chain, {
        type: "role.created",
        entity: "role",
        entity_id: role.key,
        before: null,
        after: role,
      });
    }
    for (const entry of defaultPlans) {
      const plan = { ...entry, ...stamps };
      await ports.plans.insert(plan);
      await mutation.append(chain, {
        type: "plan.created",
        entity: "plan",
        entity_id: plan.key,
        before: null,
        after: plan,
      });
    }
    return record;
  });
}
