import { createHash } from "node:crypto";
import type { Context } from "../context.ts";
import { DomainError, isDomainError } from "../errors.ts";
import { freeSlug } from "../free-slug.ts";
import { idempotentCall } from "../idempotency/idempotency.ts";
import { newId, randomBase32 } from "../ids.ts";
import { givenFields, parseInput } from "../input.ts";
import { type Mutation, mutate } from "../mutation.ts";
import { assertStrongPassword } from "../sessions/password-strength.ts";
import { insertUser, presentUser } from "../users/user-record.ts";
import type { User } from "../users/users.schema.ts";
import { setTenantAdministrator } from "../users/users.ts";
import { insertTenant, type NewTenant } from "./insert-tenant.ts";
import { requireOperator } from "./tenant-authority.ts";
import { presentTenant } from "./tenant-record.ts";
import {
  type CreatedTenant,
  type CreateTenantInput,
  createTenantSchema,
} from "./tenants.schema.ts";

type Parsed = ReturnType<typeof createTenantSchema.parse>;

/**
 * Creates a tenant with the default catalogues and, where one is named, its first administrator. For the operator.
 *
 * @throws {DomainError} `permission_denied`, `tenant_slug_taken`, `weak_password`; `invalid_input` for a placement that this
 * installation does not have.
 */
export async function createTenant(ctx: Context, input: CreateTenantInput): Promise<CreatedTenant> {
  requireOperator(ctx, "create_tenant");
  const parsed = parseInput(createTenantSchema, input);
  assertPlacement(ctx, parsed);
  const passwordHash = await hashPassword(ctx, parsed);
  const id = await idOfNew(ctx, parsed);
  const attempt = (slug: string) => {
    const { name, placement } = parsed;
    const tenant: NewTenant = { id, name, slug, short_id: randomBase32(8), placement };
    return inPlace(ctx, tenant, () => create(ctx, tenant, parsed, passwordHash));
  };
  if (parsed.slug !== undefined) return await attempt(parsed.slug);
  const { tenants } = ctx.engine.storage.committed;
  const isTaken = async (slug: string) => (await tenants.findBySlug(slug)) !== undefined;
  try {
    return await attempt(await freeSlug(parsed.name, unnamed, isTaken));
  } catch (error) {
    if (!isDomainError(error, "tenant_slug_taken")) throw error;
    // Others of that name are being made: something random is free whatever they take.
    return await attempt(await freeSlug(parsed.name, unnamed, () => true));
  }
}

/** The slug of a tenant of whose name nothing can stand in one. */
const unnamed = "tenant";

function assertPlacement({ engine }: Context, { placement }: Parsed): void {
  if (placement === "shared" || engine.places !== undefined) return;
  throw new DomainError(
    "invalid_input",
    "placement: this installation has no databases for single tenants; leave it out",
    { fields: [{ pointer: "/placement", detail: "is not available here; leave it out" }] },
  );
}

/** Outside of the transaction: a hash takes as long as a hundred of them. */
async function hashPassword(
  { engine }: Context,
  { administrator }: Parsed,
): Promise<string | undefined> {
  if (administrator?.password === undefined) return undefined;
  const { email, name, password } = administrator;
  assertStrongPassword(password, [email, name ?? ""], "/administrator/password");
  return await engine.passwords.hash(password);
}

/**
 * With an idempotency key the id follows from it: a repetition then finds the first answer, which is kept in the tenant itself, in the
 * transaction that made it. A key whose time is over makes another tenant.
 */
async function idOfNew(ctx: Context, parsed: Parsed): Promise<string> {
  const call = idempotentCall(ctx, "create_tenant", fingerprintOf(parsed));
  if (call === undefined) return newId("ten");
  const { storage, clock, settings } = ctx.engine;
  for (let use = 0; ; use += 1) {
    const text = JSON.stringify([ctx.tenantId, call.principal, call.key, use]);
    const id = `ten_${createHash("sha256").update(text).digest("hex").slice(0, 26)}`;
    const found = await storage.committed.tenants.find(id);
    if (found === undefined) return id;
    const keptUntilMs = Date.parse(found.created_at) + settings.idempotencyTtlSeconds * 1000;
    if (keptUntilMs > clock()) return id;
  }
}

/** What an idempotency key is bound to: never a password. */
function fingerprintOf(parsed: Parsed): unknown {
  const { administrator, ...rest } = parsed;
  return { ...rest, administrator: administrator && { ...administrator, password: undefined } };
}

/** Where another placement than the main database is made. What would be made by a dry run is made nowhere. */
async function inPlace<T>(
  { engine, dryRun }: Context,
  tenant: NewTenant,
  create: () => Promise<T>,
): Promise<T> {
  if (tenant.placement === "shared" || engine.places === undefined || dryRun) return await create();
  return await engine.places.withNewPlace(tenant, create);
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

async function addAdministrator(
  mutation: Mutation,
  fields: { email: string; name?: string },
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
