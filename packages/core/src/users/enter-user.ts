import type { Mutation } from "../mutation.ts";
import { insertUser } from "./user-record.ts";

/**
 * Creates a user under an id from another system (such as an identity provider's subject), unless it exists. Lock
 * organizations before calling it, since it may lock the tenant.
 */
export async function enterUser(mutation: Mutation, id: string): Promise<void> {
  const { ctx, ports } = mutation;
  if ((await ports.users.findStatus(ctx.tenantId, id)) !== undefined) return;
  await mutation.lockTenant();
  if ((await ports.users.findStatus(ctx.tenantId, id)) !== undefined) return;
  await insertUser(mutation, { id });
}
