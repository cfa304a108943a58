import type { Context } from "../context.ts";
import { DomainError, isDomainError } from "../errors.ts";
import { newId } from "../ids.ts";
import { parseInput } from "../input.ts";
import { admitMember, ownerGrant } from "../members/members.ts";
import { mutate } from "../mutation.ts";
import { nameKey } from "../normalization.ts";
import { insertOrganization } from "../organizations/create-organization.ts";
import { addAdministrator } from "../tenants/add-administrator.ts";
import { insertTenant } from "../tenants/insert-tenant.ts";
import { newTenantId, withNewTenant } from "../tenants/new-tenant.ts";
import {
  type RegisteredOrganization,
  type RegisterOrganizationInput,
  registerOrganizationSchema,
} from "./registered-organizations.schema.ts";
import type { RegisteredOrganizationRecord } from "./registered-organizations.store.ts";
import { assertOpenTo, presentRegistered } from "./registered-organizations.ts";

/**
 * Registers an organization by name: creates a tenant with a database of its own, its administrator, and in it one
 * organization of that name, which the administrator owns. All of it happens or nothing. For everybody while
 * registration is open, otherwise for the operator.
 *
 * @throws {DomainError} `registration_closed`, `organization_name_taken`; `invalid_input` where the storage cannot
 * give tenants databases of their own.
 */
export async function registerOrganization(
  ctx: Context,
  input: RegisterOrganizationInput,
): Promise<RegisteredOrganization> {
  assertOpenTo(ctx);
  const parsed = parseInput(registerOrganizationSchema, input);
  assertPlaces(ctx);
  const { organization_name: name, email, password } = parsed;
  const fingerprint = { name, email };
  const id = await newTenantId(ctx, "register_organization", fingerprint);
  const taken = await ctx.engine.storage.committed.registeredOrganizations.find(nameKey(name));
  // Refused here before the expensive steps. A simultaneous registration is refused by the table's unique key.
  if (taken !== undefined && taken.tenant_id !== id) throw nameTaken(name);
  const hash = await ctx.engine.passwords.hash(password);
  const draft = {
    name_key: nameKey(name),
    name,
    admin_email: email,
    admin_user_id: newId("user"),
    tenant_id: id,
    created_at: new Date(ctx.engine.clock()).toISOString(),
  };
  return await withNewTenant(ctx, { id, name, placement: "dedicated" }, async (tenant) => {
    const record = await enter(ctx, draft);
    const call = { ...ctx, tenantId: id };
    return await mutate(call, "register_organization", fingerprint, async (mutation) => {
      await insertTenant(mutation, tenant);
      const owner = { id: record.admin_user_id, email };
      await addAdministrator(mutation, owner, hash);
      const organization = await insertOrganization(mutation, { name }, 1);
      await admitMember(mutation, organization, {
        user_id: owner.id,
        roles: [ownerGrant],
        status: "active",
        invited_by_user_id: null,
      });
      return presentRegistered(record);
    });
  });
}

/**
 * Gives the organization its number. It runs once the tenant has a place, because whoever takes the place back also
 * removes this row. Two that take the same number at once are told apart by the unique key, and one tries again.
 */
async function enter(
  { engine, dryRun }: Context,
  draft: Omit<RegisteredOrganizationRecord, "serial">,
): Promise<RegisteredOrganizationRecord> {
  for (;;) {
    try {
      return await engine.storage.transaction(null, async ({ registeredOrganizations }) => {
        const found = await registeredOrganizations.find(draft.name_key);
        // The same call repeated under its idempotency key.
        if (found?.tenant_id === draft.tenant_id) return found;
        if (found !== undefined) throw nameTaken(draft.name);
        const record = { ...draft, serial: (await registeredOrganizations.lastSerial()) + 1 };
        if (!dryRun) await registeredOrganizations.insert(record);
        return record;
      });
    } catch (error) {
      if (!isDomainError(error, "id_taken")) throw error;
    }
  }
}

function assertPlaces({ engine }: Context): void {
  if (engine.places !== undefined) return;
  const detail =
    "A JSON directory cannot give an organization a database of its own; use SQLite or PostgreSQL, or POST /api/v1/organizations";
  throw new DomainError("invalid_input", detail, { fields: [{ pointer: "", detail }] });
}

function nameTaken(name: string): DomainError {
  const detail = `Organization with name '${name}' already exists`;
  return new DomainError("organization_name_taken", detail, {
    fields: [{ pointer: "/organization_name", detail }],
  });
}
