import { isOperator } from "../access/authorize.ts";
import type { Context } from "../context.ts";
import { DomainError, isDomainError } from "../errors.ts";
import { parseInput } from "../input.ts";
import { nameKey } from "../normalization.ts";
import type { LoginInput } from "../sessions/sessions.schema.ts";
import { login, type SessionGrant } from "../sessions/sessions.ts";
import {
  type NamedOrganizationInput,
  namedOrganizationSchema,
  type RegisteredOrganization,
} from "./registered-organizations.schema.ts";
import type { RegisteredOrganizationRecord } from "./registered-organizations.store.ts";

/**
 * A registered organization by name; case does not matter. For everybody while registration is open, otherwise for
 * the operator.
 *
 * @throws {DomainError} `registration_closed`, `organization_not_found`.
 */
export async function getRegisteredOrganization(
  ctx: Context,
  input: NamedOrganizationInput,
): Promise<RegisteredOrganization> {
  assertOpenTo(ctx);
  const { organization_name } = parseInput(namedOrganizationSchema, input);
  const found = await findRegistered(ctx, organization_name);
  if (found !== undefined) return presentRegistered(found);
  throw new DomainError("organization_not_found", "No organization is registered by this name");
}

/**
 * Opens a session for the administrator who registered an organization, in its tenant. An unknown organization, any
 * other user and a wrong password all get the same answer after the same hashing work.
 *
 * @throws {DomainError} `invalid_credentials`; `tenant_suspended` for a caller with the right password.
 */
export async function loginAdministrator(
  ctx: Context,
  organizationName: string,
  input: LoginInput,
): Promise<SessionGrant> {
  const found = await findRegistered(ctx, organizationName);
  if (found === undefined) return await login(ctx, input, () => false);
  const { tenant_id, admin_user_id } = found;
  return await login({ ...ctx, tenantId: tenant_id }, input, async ({ id }, { users }) => {
    return id === admin_user_id && (await users.isTenantAdministrator(tenant_id, id));
  });
}

/** @throws {DomainError} `registration_closed` to everybody but the operator while registration is closed. */
export function assertOpenTo(ctx: Context): void {
  if (ctx.engine.settings.registration === "open" || isOperator(ctx)) return;
  throw new DomainError(
    "registration_closed",
    "Only the operator may register organizations here; send the operator key",
  );
}

export function presentRegistered(record: RegisteredOrganizationRecord): RegisteredOrganization {
  const { serial, name, admin_email, created_at } = record;
  return {
    id: serial,
    name,
    admin_email,
    created_at: created_at.slice(0, "yyyy-mm-ddThh:mm:ss".length),
  };
}

/** Undefined while its tenant is still being created, and after it was deleted. */
async function findRegistered(
  { engine }: Context,
  name: string,
): Promise<RegisteredOrganizationRecord | undefined> {
  const { registeredOrganizations, tenants } = engine.storage.committed;
  const found = await registeredOrganizations.find(nameKey(name.trim()));
  if (found === undefined) return undefined;
  try {
    const tenant = await tenants.find(found.tenant_id);
    return tenant === undefined || tenant.status === "deleted" ? undefined : found;
  } catch (error) {
    // The tenant is being purged.
    if (isDomainError(error, "tenant_not_found")) return undefined;
    throw error;
  }
}
