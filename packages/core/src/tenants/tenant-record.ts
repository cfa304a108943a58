import { DomainError } from "../errors.ts";
import type { EventType } from "../events/events.schema.ts";
import type { Mutation } from "../mutation.ts";
import { defaultTenantSlug, type Tenant } from "./tenants.schema.ts";
import type { TenantRecord } from "./tenants.store.ts";

/** The record as callers see it and events keep it. */
export function presentTenant(record: TenantRecord): Tenant {
  const { name_key: _, ...tenant } = record;
  return tenant;
}

/** The record as a mutation returns it: as later reads will show it. */
export function presentMutated(mutation: Mutation, record: TenantRecord): Tenant {
  const revision = record.revision - (mutation.isUnchanged() ? 1 : 0);
  return presentTenant({ ...record, revision });
}

/** The fields of a tenant that can be updated. Its placement changes only by moving it. */
export type TenantChanges = Partial<
  Pick<TenantRecord, "name" | "name_key" | "slug" | "status" | "deleted_at">
>;

/**
 * Changes a tenant's row: writes it with its new revision and appends the event. Every change goes through here. Does
 * nothing if no field differs. The default tenant keeps its slug, since callers without a tenant are sent there, and
 * cannot be suspended or deleted.
 *
 * @throws {DomainError} `tenant_fixed`, `tenant_slug_taken`.
 */
export async function changeTenant(
  mutation: Mutation,
  changes: TenantChanges,
  type: EventType,
): Promise<TenantRecord> {
  const { record: before, chain } = await mutation.lockTenant();
  const isChanged = Object.entries(changes).some(
    ([key, value]) => before[key as keyof TenantRecord] !== value,
  );
  if (!isChanged) return before;
  if (before.slug === defaultTenantSlug) assertRemainsDefault(changes);
  const after: TenantRecord = {
    ...before,
    ...changes,
    row_revision: before.revision,
    updated_at: mutation.now > before.updated_at ? mutation.now : before.updated_at,
  };
  await mutation.ports.tenants.update(after);
  await mutation.append(chain, {
    type,
    entity: "tenant",
    entity_id: after.id,
    before: presentTenant(before),
    after: presentTenant(after),
  });
  return after;
}

function assertRemainsDefault({ slug, status }: TenantChanges): void {
  const isFound = slug === undefined || slug === defaultTenantSlug;
  if (isFound && (status === undefined || status === "active")) return;
  throw new DomainError(
    "tenant_fixed",
    "The default tenant cannot be suspended, deleted or given another slug",
  );
}
