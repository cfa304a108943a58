import { deny, isAdministrator, isOperator, requireActor } from "../access/authorize.ts";
import type { Context } from "../context.ts";
import { DomainError } from "../errors.ts";
import { type Mutation, mutate } from "../mutation.ts";
import { findTenant } from "./find-tenant.ts";
import { tenantNotFound } from "./tenants.policy.ts";
import type { TenantRecord } from "./tenants.store.ts";

/**
 * Lets in the operator and the embedding program only. Tenants belong to the installation, so no credential of a
 * tenant suffices.
 *
 * @throws {DomainError} `authentication_required`, `tenant_suspended`, `permission_denied`.
 */
export async function requireOperator(ctx: Context, operation: string): Promise<void> {
  await requireActor(ctx);
  if (!isOperator(ctx)) throw deny(ctx, "permission_denied", operation, null, "operator");
}

/**
 * The tenant with an id or slug, for callers who may know of it: the operator knows every tenant, administrators
 * their own.
 *
 * @throws {DomainError} `authentication_required`, `tenant_not_found`.
 */
export async function findVisibleTenant(
  ctx: Context,
  operation: string,
  idOrSlug: string,
): Promise<TenantRecord> {
  await requireActor(ctx);
  const { engine, tenantId } = ctx;
  const tenant = await findTenant(engine, idOrSlug);
  if (isOperator(ctx)) {
    if (tenant !== undefined) return tenant;
    throw tenantNotFound();
  }
  const isOwn = tenant?.id === tenantId && (await isAdministrator(ctx, engine.storage.committed));
  if (tenant !== undefined && isOwn) return tenant;
  throw deny(ctx, "tenant_not_found", operation, null, "operator");
}

/** A mutation of a tenant, as its use case describes it. */
export interface TenantCall {
  readonly operation: string;
  /** The tenant's id or slug. */
  readonly tenant: string;
  readonly input: unknown;
  /** Whether a deleted tenant may be changed. */
  readonly deleted?: "refused" | "allowed";
}

/**
 * Runs a mutation of one tenant, inside that tenant whichever one the call came from. For the operator. The tenant's
 * administrators get `permission_denied`, and everybody else `tenant_not_found`.
 *
 * @throws {DomainError} `tenant_not_found`, `permission_denied`, `tenant_deleted`.
 */
export async function mutateTenantAsOperator<T>(
  ctx: Context,
  call: TenantCall,
  work: (mutation: Mutation, record: TenantRecord) => Promise<T>,
): Promise<T> {
  const { operation } = call;
  const { id } = await findVisibleTenant(ctx, operation, call.tenant);
  await requireOperator(ctx, operation);
  const inTenant = { ...ctx, tenantId: id };
  return await mutate(inTenant, operation, [id, call.input], async (mutation) => {
    const { record } = await mutation.lockTenant();
    if (record.status === "deleted" && call.deleted !== "allowed") {
      throw new DomainError(
        "tenant_deleted",
        `The tenant ${record.slug} is deleted; restore it first`,
      );
    }
    return await work(mutation, record);
  });
}
