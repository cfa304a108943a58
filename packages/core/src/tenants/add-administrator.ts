import type { Mutation } from "../mutation.ts";
import { insertUser, type NewUser, presentUser } from "../users/user-record.ts";
import type { User } from "../users/users.schema.ts";
import { setTenantAdministrator } from "../users/users.ts";

/** Adds the first administrator of a tenant, in the mutation that creates the tenant. */
export async function addAdministrator(
  mutation: Mutation,
  fields: Pick<NewUser, "id" | "email" | "name">,
  passwordHash: string | undefined,
): Promise<User> {
  const { ctx, ports, now } = mutation;
  const user = await insertUser(mutation, fields);
  if (passwordHash !== undefined) {
    await ports.users.setPasswordHash(ctx.tenantId, user.id, passwordHash, now);
  }
  await setTenantAdministrator(mutation, user.id, true);
  return presentUser(user, true);
}
