import type { LockedTenant, Mutation } from "../mutation.ts";
import { nameKey } from "../normalization.ts";
import { defaultPlans } from "../plans/default-plans.ts";
import { defaultRoles } from "../roles/default-roles.ts";
import { presentTenant } from "./tenant-record.ts";
import type { Tenant } from "./tenants.schema.ts";

/** A tenant to be created: what decides where it lives and how it is found. */
export type NewTenant = Pick<Tenant, "id" | "slug" | "short_id" | "name" | "placement">;

/**
 * Creates a tenant: its row, the default roles and plans, and an event for each. Every tenant is created here, the
 * default one too.
 *
 * @throws {DomainError} `tenant_slug_taken`.
 */
export async function insertTenant(mutation: Mutation, tenant: NewTenant): Promise<LockedTenant> {
  const { ports, now } = mutation;
  await ports.tenants.insert({
    ...tenant,
    name_key: nameKey(tenant.name),
    status: "active",
    // Taking the lock raises the revision to 1, which is the row's revision.
    revision: 0,
    row_revision: 1,
    created_at: now,
    updated_at: now,
    deleted_at: null,
  });
  const locked = await mutation.lockTenant();
  await mutation.append(locked.chain, {
    type: "tenant.created",
    entity: "tenant",
    entity_id: tenant.id,
    before: null,
    after: presentTenant(locked.record),
  });
  await insertDefaultRoles(mutation, locked);
  await insertDefaultPlans(mutation, locked);
  return locked;
}

async function insertDefaultRoles(mutation: Mutation, tenant: LockedTenant): Promise<void> {
  for (const entry of defaultRoles) {
    const role = {
      ...entry,
      ...stampsOf(mutation, tenant),
      permissions: [...entry.permissions],
      organization_id: null,
      description: null,
      is_default: true,
    };
    await mutation.ports.roles.insert(role);
    await mutation.append(tenant.chain, {
      type: "role.created",
      entity: "role",
      entity_id: role.key,
      before: null,
      after: role,
    });
  }
}

async function insertDefaultPlans(mutation: Mutation, tenant: LockedTenant): Promise<void> {
  for (const entry of defaultPlans) {
    const plan = { ...entry, ...stampsOf(mutation, tenant) };
    await mutation.ports.plans.insert(plan);
    await mutation.append(tenant.chain, {
      type: "plan.created",
      entity: "plan",
      entity_id: plan.key,
      before: null,
      after: plan,
    });
  }
}

function stampsOf({ now }: Mutation, { record }: LockedTenant) {
  return {
    tenant_id: record.id,
    revision: record.revision,
    created_at: now,
    updated_at: now,
  };
}
