import type { Context } from "../context.ts";
import { DomainError } from "../errors.ts";
import { givenFields, parseInput } from "../input.ts";
import { mutate } from "../mutation.ts";
import { assertStrongPassword } from "../sessions/password-strength.ts";
import { addAdministrator } from "./add-administrator.ts";
import { insertTenant, type NewTenant } from "./insert-tenant.ts";
import { newTenantId, withNewTenant } from "./new-tenant.ts";
import { requireOperator } from "./tenant-authority.ts";
import { presentTenant } from "./tenant-record.ts";
import {
  type CreatedTenant,
  type CreateTenantInput,
  createTenantSchema,
} from "./tenants.schema.ts";

type Parsed = ReturnType<typeof createTenantSchema.parse>;

/**
 * Creates a tenant with the default roles and plans and, if one is given, its first administrator. For the operator.
 *
 * @throws {DomainError} `permission_denied`, `tenant_slug_taken`, `weak_password`; `invalid_input` for a placement
 * that this installation does not have.
 */
export async function createTenant(ctx: Context, input: CreateTenantInput): Promise<CreatedTenant> {
  await requireOperator(ctx, "create_tenant");
  const parsed = parseInput(createTenantSchema, input);
  assertPlacement(ctx, parsed);
  const passwordHash = await hashPassword(ctx, parsed);
  const { name, slug, placement } = parsed;
  const id = await newTenantId(ctx, "create_tenant", fingerprintOf(parsed));
  return await withNewTenant(ctx, { id, name, slug, placement }, (tenant) =>
    create(ctx, tenant, parsed, passwordHash),
  );
}

function assertPlacement({ engine }: Context, { placement }: Parsed): void {
  if (placement === "shared" || engine.places !== undefined) return;
  throw new DomainError(
    "invalid_input",
    "placement: this installation has no databases for single tenants; leave it out",
    { fields: [{ pointer: "/placement", detail: "is not available here; leave it out" }] },
  );
}

/** Outside the transaction, because hashing takes far longer than a transaction. */
async function hashPassword(
  { engine }: Context,
  { administrator }: Parsed,
): Promise<string | undefined> {
  if (administrator?.password === undefined) return undefined;
  const { email, name, password } = administrator;
  assertStrongPassword(password, [email, name ?? ""], "/administrator/password");
  return await engine.passwords.hash(password);
}

/** What an idempotency key is bound to; it never contains a password. */
function fingerprintOf(parsed: Parsed): unknown {
  const { administrator, ...rest } = parsed;
  return { ...rest, administrator: administrator && { ...administrator, password: undefined } };
}

async function create(
  ctx: Context,
  tenant: NewTenant,
  parsed: Parsed,
  passwordHash: string | undefined,
): Promise<CreatedTenant> {
  const inTenant = { ...ctx, tenantId: tenant.id };
  return await mutate(inTenant, "create_tenant", fingerprintOf(parsed), async (mutation) => {
    const { record } = await insertTenant(mutation, tenant);
    const created = presentTenant(record);
    if (parsed.administrator === undefined) return created;
    const { email, name } = parsed.administrator;
    const fields = givenFields({ email, name });
    return { ...created, administrator: await addAdministrator(mutation, fields, passwordHash) };
  });
}
