import type { Mutation } from "../mutation.ts";
import { insertPlan } from "./plans.ts";

/**
 * Adds a plan key that came from another system to the catalogue with unlimited seats, unless it exists. Lock
 * organizations before calling it, since it may lock the tenant.
 */
export async function enterPlan(mutation: Mutation, key: string): Promise<void> {
  const { ctx, ports } = mutation;
  if ((await ports.plans.find(ctx.tenantId, key)) !== undefined) return;
  await mutation.lockTenant();
  if ((await ports.plans.find(ctx.tenantId, key)) !== undefined) return;
  await insertPlan(mutation, { key, name: key, seats: "unlimited", entitlements: {} });
}
