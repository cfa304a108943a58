import type { Mutation } from "../mutation.ts";
import { insertPlan } from "./plans.ts";

/**
 * Enters a tier that arrived from outside in the catalogue, with seats written out as unlimited, unless it is there
 * (decision 9). Organizations are locked before, since it may lock the tenant.
 */
export async function enterPlan(mutation: Mutation, key: string): Promise<void> {
  const { ctx, ports } = mutation;
  if ((await ports.plans.find(ctx.tenantId, key)) !== undefined) return;
  await mutation.lockTenant();
  if ((await ports.plans.find(ctx.tenantId, key)) !== undefined) return;
  await insertPlan(mutation, { key, name: key, seats: "unlimited", entitlements: {} });
}
