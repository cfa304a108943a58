import type { Mutation } from "../mutation.ts";
import { insertUser } from "./user-record.ts";

/**
 * Makes a user whose id somebody else gave (a provider's subject), unless there is one (decision 4). Organizations are locked
 * before, since it may lock the tenant.
 */
export async function enterUser(mutation: Mutation, id: string): Promise<void> {
  const { ctx, ports } = mutation;
  if ((await ports.users.findStatus(ctx.tenantId, id)) !== undefined) return;
  await mutation.lockTenant();
  if ((await ports.users.findStatus(ctx.tenantId, id)) !== undefined) return;
  await insertUser(mutation, { id });
}
