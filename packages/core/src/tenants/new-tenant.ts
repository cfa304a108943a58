import { createHash } from "node:crypto";
import type { Context } from "../context.ts";
import { isDomainError } from "../errors.ts";
import { freeSlug } from "../free-slug.ts";
import { idempotentCall } from "../idempotency/idempotency.ts";
import { newId, randomBase32 } from "../ids.ts";
import type { NewTenant } from "./insert-tenant.ts";

/** The slug for a name without any usable character. */
const unnamed = "tenant";

/**
 * A new tenant's id. With an idempotency key the id is derived from it, so that a repeated call finds the first
 * result, which is kept in the tenant itself by the transaction that created it. Once the key has expired it creates
 * another tenant.
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
    // The id of a purged tenant is never used again.
    if ((await storage.committed.purges.find(id)) !== undefined) continue;
    const found = await storage.committed.tenants.find(id);
    if (found === undefined) return id;
    const keptUntilMs = Date.parse(found.created_at) + settings.idempotencyTtlSeconds * 1000;
    if (keptUntilMs > clock()) return id;
  }
}

/** The tenant to create; without a slug, it is made from the name. */
type WantedTenant = Pick<NewTenant, "id" | "name" | "placement"> & {
  readonly slug?: string | undefined;
};

/**
 * Runs `create` for a tenant that has a slug and, if it wants one, a database of its own. If `create` fails, that
 * database is removed again.
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
    // Others are creating tenants of that name now. Random text is free whatever they take.
    return await attempt(await freeSlug(rest.name, unnamed, () => true));
  }
}

/** Runs `create` in the wanted placement. A dry run makes no place. */
async function inPlace<T>(
  { engine, dryRun }: Context,
  tenant: NewTenant,
  create: () => Promise<T>,
): Promise<T> {
  if (tenant.placement === "shared" || engine.places === undefined || dryRun) return await create();
  return await engine.places.withNewPlace(tenant, create);
}
