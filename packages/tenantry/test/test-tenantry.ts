import {
  type Context,
  createOrganization,
  createUser,
  type Organization,
  type User,
} from "@tenantry/core";
import { openTenantry, type Tenantry, type TenantryOptions } from "tenantry";
import { onTestFinished } from "vitest";
import { makeTestDatabase } from "./test-database.ts";

/** A Tenantry on a real database of its own, gone with the test. */
export async function openTestTenantry(options: TenantryOptions = {}): Promise<Tenantry> {
  const databaseUrl = options.databaseUrl ?? (await makeTestDatabase()).url;
  const tenantry = await openTenantry({ ...options, databaseUrl });
  onTestFinished(() => tenantry.close());
  return tenantry;
}

let made = 0;

/** A user with an address of their own. */
export async function makeUser(tenantry: Tenantry, name = "User"): Promise<User> {
  made += 1;
  return await createUser(tenantry.context(), { name, email: `user-${made}@example.com` });
}

/** The context of a user's own calls. */
export function as(tenantry: Tenantry, user: { readonly id: string }): Context {
  return tenantry.context({ actor: { type: "user", id: user.id, session_id: null } });
}

/** An organization and its owner. */
export async function makeOrganization(
  tenantry: Tenantry,
  fields: { readonly name?: string; readonly plan_tier?: string } = {},
): Promise<{ organization: Organization; owner: User }> {
  made += 1;
  const owner = await makeUser(tenantry, "Owner");
  const organization = await createOrganization(as(tenantry, owner), {
    name: `Organization ${made}`,
    ...fields,
  });
  return { organization, owner };
}
