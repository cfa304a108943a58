import { assertIfMatch } from "../access/authorize.ts";
import type { Context } from "../context.ts";
import { DomainError } from "../errors.ts";
import { givenFields, parseInput } from "../input.ts";
import type { Mutation } from "../mutation.ts";
import { nameKey } from "../normalization.ts";
import { type JsonPage, toJsonPage, toPageRequest } from "../page.ts";
import { findVisibleTenant, mutateTenantAsOperator, requireOperator } from "./tenant-authority.ts";
import { changeTenant, presentMutated, presentTenant } from "./tenant-record.ts";
import {
  type ListTenantsInput,
  listTenantsSchema,
  setTenantStatusSchema,
  type Tenant,
  type TenantStatus,
  type UpdateTenantInput,
  updateTenantSchema,
} from "./tenants.schema.ts";
import type { TenantRecord } from "./tenants.store.ts";

/**
 * A tenant by id or slug. The operator sees every tenant, deleted ones too; administrators see their own.
 *
 * @throws {DomainError} `tenant_not_found`.
 */
export async function getTenant(ctx: Context, idOrSlug: string): Promise<Tenant> {
  return presentTenant(await findVisibleTenant(ctx, "get_tenant", idOrSlug));
}

/** The tenants of the installation, ordered by id; deleted ones with `status: "deleted"`. For the operator. */
export async function listTenants(ctx: Context, input: ListTenantsInput = {}): Promise<JsonPage> {
  const { limit, cursor, skip, total, ...filter } = parseInput(listTenantsSchema, input);
  await requireOperator(ctx, "list_tenants");
  const page = toPageRequest({ limit, cursor, skip, total });
  return toJsonPage(await ctx.engine.storage.committed.tenants.list(filter, page));
}

/**
 * Changes a tenant's name or slug. For the operator.
 *
 * @param idOrSlug The id, or the slug before the change.
 * @throws {DomainError} `tenant_not_found`, `permission_denied`, `revision_mismatch`, `tenant_slug_taken`,
 * `tenant_deleted`; `tenant_fixed` for the slug of the default tenant.
 */
export async function updateTenant(
  ctx: Context,
  idOrSlug: string,
  input: UpdateTenantInput,
): Promise<Tenant> {
  const parsed = givenFields(parseInput(updateTenantSchema, input));
  const call = { operation: "update_tenant", tenant: idOrSlug, input: parsed };
  return await mutateTenantAsOperator(ctx, call, async (mutation, record) => {
    assertIfMatch(ctx, record.row_revision);
    const { name } = parsed;
    const changes = name === undefined ? parsed : { ...parsed, name_key: nameKey(name) };
    return presentMutated(mutation, await changeTenant(mutation, changes, "tenant.updated"));
  });
}

/**
 * Activates, suspends, deletes or restores a tenant. While it is not active, log-in, refresh and access tokens of its
 * users are refused and every check is denied; ADR 0006 says how soon. Sessions continue when it is active again. For
 * the operator.
 *
 * @throws {DomainError} `tenant_not_found`, `permission_denied`, `revision_mismatch`; `tenant_fixed` for the default
 * tenant.
 */
export async function setTenantStatus(
  ctx: Context,
  idOrSlug: string,
  input: { status: TenantStatus },
): Promise<Tenant> {
  const parsed = parseInput(setTenantStatusSchema, input);
  const call = {
    operation: "set_tenant_status",
    tenant: idOrSlug,
    input: parsed,
    deleted: "allowed",
  } as const;
  return await mutateTenantAsOperator(ctx, call, async (mutation, record) => {
    assertIfMatch(ctx, record.row_revision);
    return presentMutated(mutation, await changeStatus(mutation, record, parsed.status));
  });
}

/**
 * Deletes a tenant so that it can be restored. To everybody but the operator it looks as if it had never existed. Its
 * slug stays reserved. For the operator.
 *
 * @throws {DomainError} `tenant_not_found`, `permission_denied`, `tenant_deleted`; `tenant_fixed` for the default
 * tenant.
 */
export async function deleteTenant(ctx: Context, idOrSlug: string): Promise<void> {
  const call = { operation: "delete_tenant", tenant: idOrSlug, input: null };
  await mutateTenantAsOperator(ctx, call, async (mutation, record) => {
    assertIfMatch(ctx, record.row_revision);
    await changeStatus(mutation, record, "deleted");
  });
}

/**
 * Restores a deleted tenant with everything in it. For the operator.
 *
 * @throws {DomainError} `tenant_not_found`, `permission_denied`, `tenant_not_deleted`.
 */
export async function restoreTenant(ctx: Context, idOrSlug: string): Promise<Tenant> {
  const call = {
    operation: "restore_tenant",
    tenant: idOrSlug,
    input: null,
    deleted: "allowed",
  } as const;
  return await mutateTenantAsOperator(ctx, call, async (mutation, record) => {
    assertIfMatch(ctx, record.row_revision);
    if (record.status !== "deleted") {
      throw new DomainError(
        "tenant_not_deleted",
        "The tenant is not deleted; there is nothing to restore",
      );
    }
    return presentMutated(mutation, await changeStatus(mutation, record, "active"));
  });
}

async function changeStatus(
  mutation: Mutation,
  record: TenantRecord,
  status: TenantStatus,
): Promise<TenantRecord> {
  const isRestored = record.status === "deleted";
  const type = {
    active: isRestored ? "tenant.restored" : "tenant.activated",
    suspended: "tenant.suspended",
    deleted: "tenant.deleted",
  } as const;
  const deletedAt = isRestored ? record.deleted_at : mutation.now;
  const changes = { status, deleted_at: status === "deleted" ? deletedAt : null };
  return await changeTenant(mutation, changes, type[status]);
}
