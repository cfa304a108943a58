import { createHash } from "node:crypto";
import type { Context } from "../context.ts";
import { isDomainError } from "../errors.ts";
import { freeSlug } from "../free-slug.ts";
import { idempotentCall } from "../idempotency/idempotency.ts";
import { newId, randomBase32 } from "../ids.ts";
import type { NewTenant } from "./insert-tenant.ts";

/** The slug of a tenant of whose name nothing can stand in one. */
const unnamed = "tenant";

/**
 * With an idempotency key the id follows from it: a repetition then finds the first answer, which is kept in the tenant itself, in the
 * transaction that made it. A key whose time is over makes another tenant.
 */
export async function newTenantId(
  ctx: Context,
  operation: string,
  input: unknown,
): Promise<string> {
  const call = idempotentCall(ctx, operation, input);
  if (call === undefined) return newId("ten");
  const { storage, clock, settings } = ctx.engine;
  for (let use = 0; ; use += 1) {
    const text = JSON.stringify([ctx.tenantId, call.principal, call.key, use]);
    const id = `ten_${createHash("sha256").update(text).digest("hex").slice(0, 26)}`;
    // A tenant that was purged never comes back.
    if ((await storage.committed.purges.find(id)) !== undefined) continue;
    const found = await storage.committed.tenants.find(id);
    if (found === undefined) return id;
    const keptUntilMs = Date.parse(found.created_at) + settings.idempotencyTtlSeconds * 1000;
    if (keptUntilMs > clock()) return id;
  }
}

/** A tenant that is wanted; without a slug it is made from the name. */
type WantedTenant = Pick<NewTenant, "id" | "name" | "placement"> & {
  readonly slug?: string | undefined;
};

/**
 * Runs `create` for a tenant that has a slug and, where it is to have one, a place of its own. Where `create` fails the place is gone again.
 *
 * @throws {DomainError} `tenant_slug_taken` for a slug that was asked for.
 */
export async function withNewTenant<T>(
  ctx: Context,
  { slug: wanted, ...rest }: WantedTenant,
  create: (tenant: NewTenant) => Promise<T>,
): Promise<T> {
  const attempt = (slug: string) => {
    const tenant: NewTenant = { ...rest, slug, short_id: randomBase32(8) };
    return inPlace(ctx, tenant, () => create(tenant));
  };
  if (wanted !== undefined) return await attempt(wanted);
  const { tenants } = ctx.engine.storage.committed;
  const isTaken = async (slug: string) => (await tenants.findBySlug(slug)) !== undefined;
  try {
    return await attempt(await freeSlug(rest.name, unnamed, isTaken));
  } catch (error) {
    if (!isDomainError(error, "tenant_slug_taken")) throw error;
    // Others of that name are being made: something random is free whatever they take.
    return await attempt(await freeSlug(rest.name, unnamed, () => true));
  }
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
