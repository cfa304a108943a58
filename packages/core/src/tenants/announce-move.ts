import type { Context } from "../context.ts";
import { mutateTenantAsOperator } from "./tenant-authority.ts";
import { presentTenant } from "./tenant-record.ts";
import type { TenantPlacement } from "./tenants.schema.ts";

/**
 * Appends an event to the tenant's chain which says that it is about to live elsewhere, or does now. Every process
 * hears of it as of any change of the tenant, and then looks up where the tenant lives. For the program that moves a
 * tenant.
 *
 * @throws {DomainError} `tenant_not_found`, `permission_denied`.
 */
export async function announceMove(
  ctx: Context,
  tenantId: string,
  placement: TenantPlacement,
): Promise<void> {
  const call = {
    operation: "move_tenant",
    tenant: tenantId,
    input: { placement },
    deleted: "allowed",
  } as const;
  await mutateTenantAsOperator(ctx, call, async (mutation, before) => {
    const { chain } = await mutation.lockTenant();
    const after = { ...before, placement, row_revision: before.revision, updated_at: mutation.now };
    await mutation.ports.tenants.update(after);
    await mutation.append(chain, {
      type: "tenant.updated",
      entity: "tenant",
      entity_id: after.id,
      before: presentTenant(before),
      after: presentTenant(after),
    });
  });
}
