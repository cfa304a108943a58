import {
  type Authority,
  assertIfMatch,
  authorizeRead,
  deny,
  isAdministrator,
  mutateOrganization,
  organizationNotFound,
  requireActor,
} from "../access/authorize.ts";
import type { Context } from "../context.ts";
import { DomainError } from "../errors.ts";
import { givenFields, parseInput } from "../input.ts";
import { listingPorts } from "../listing-ports.ts";
import type { LockedOrganization, Mutation } from "../mutation.ts";
import { nameKey } from "../normalization.ts";
import { type JsonPage, toJsonPage, toPageRequest } from "../page.ts";
import { assertSeatsSuffice } from "../plans/seats.ts";
import { assertOwnTenant } from "../tenants/assert-own-tenant.ts";
import { changeOrganization, presentMutated, presentOrganization } from "./organization-record.ts";
import { canChoosePlan } from "./organizations.policy.ts";
import {
  type ListOrganizationsInput,
  listOrganizationsSchema,
  type Organization,
  type OrganizationWithStats,
  type RestoreOrganizationInput,
  restoreOrganizationSchema,
  type SetBillingInput,
  setBillingSchema,
  setPlanSchema,
  setStatusSchema,
  type UpdateOrganizationInput,
  updateOrganizationSchema,
} from "./organizations.schema.ts";

/**
 * An organization with its statistics. Only administrators see a deleted one.
 *
 * @throws {DomainError} `organization_not_found`.
 */
export async function getOrganization(ctx: Context, id: string): Promise<OrganizationWithStats> {
  const authority = await authorizeRead(ctx, "get_organization", id, "organization:read");
  const { organizations } = ctx.engine.storage.committed;
  const record = await organizations.find(ctx.tenantId, id);
  const listing = listingPorts(ctx).organizations;
  // Existence and ETag are read on the primary. A replica may not have the organization yet.
  const stats =
    (await listing.stats(ctx.tenantId, id)) ?? (await organizations.stats(ctx.tenantId, id));
  if (record === undefined || stats === undefined) throw organizationNotFound();
  return { ...presentOrganization(record, authority.isAdministrator), stats };
}

/**
 * The caller's own organizations; for administrators, all of the tenant's. Administrators also get deleted ones with
 * `status: "deleted"`.
 */
export async function listOrganizations(
  ctx: Context,
  input: ListOrganizationsInput = {},
): Promise<JsonPage> {
  await requireActor(ctx);
  const { limit, cursor, skip, total, ...filter } = parseInput(listOrganizationsSchema, input);
  const { organizations } = listingPorts(ctx);
  const isAbove = await isAdministrator(ctx, ctx.engine.storage.committed);
  const actorId = ctx.actor.type === "user" ? ctx.actor.id : "";
  const page = toPageRequest({ limit, cursor, skip, total });
  if (isAbove) return toJsonPage(await organizations.list(ctx.tenantId, filter, page));
  // Only administrators may know of deleted organizations; to everybody else the list is empty.
  if (filter.status === "deleted") return { items_json: "[]", next_cursor: null, has_more: false };
  const own = { ...filter, member_user_id: actorId };
  return toJsonPage(await organizations.list(ctx.tenantId, own, page));
}

/**
 * Changes the given fields; `null` clears a field. Changing the plan follows the same rule as {@link setPlan}.
 *
 * @throws {DomainError} `organization_not_found`, `permission_denied`, `revision_mismatch`,
 * `organization_name_taken`, `organization_slug_taken`, `external_id_taken`, `unknown_plan`, `seat_limit_reached`.
 */
export async function updateOrganization(
  ctx: Context,
  id: string,
  input: UpdateOrganizationInput,
): Promise<Organization> {
  const parsed = parseInput(updateOrganizationSchema, input);
  const { tenant_id, plan_tier, ...fields } = parsed;
  assertOwnTenant(ctx, tenant_id, "update_organization");
  const isPlanAlone = plan_tier !== undefined && Object.keys(fields).length === 0;
  const required = isPlanAlone ? "organization:read" : "organization:update";
  const call = {
    operation: "update_organization",
    organizationId: id,
    required,
    input: parsed,
  } as const;
  return await mutateOrganization(ctx, call, async (mutation, organization, authority) => {
    assertIfMatch(ctx, organization.record.row_revision);
    if (fields.private_metadata !== undefined && !authority.isAdministrator) {
      throw deny(ctx, "permission_denied", call.operation, id, "administrator");
    }
    if (plan_tier !== undefined) await choosePlan(mutation, organization, authority, plan_tier);
    const changes =
      fields.name === undefined ? fields : { ...fields, name_key: nameKey(fields.name) };
    await changeOrganization(mutation, organization, givenFields(changes), "organization.updated");
    return presentMutated(mutation, organization, authority.isAdministrator);
  });
}

/**
 * Puts an organization on another plan.
 *
 * @throws {DomainError} `permission_denied`, `unknown_plan`; `seat_limit_reached` where it has more members than the
 * plan has seats.
 */
export async function setPlan(
  ctx: Context,
  id: string,
  input: { plan_tier: string },
): Promise<Organization> {
  const parsed = parseInput(setPlanSchema, input);
  const call = {
    operation: "set_plan",
    organizationId: id,
    required: "organization:read",
    input: parsed,
  } as const;
  return await mutateOrganization(ctx, call, async (mutation, organization, authority) => {
    assertIfMatch(ctx, organization.record.row_revision);
    await choosePlan(mutation, organization, authority, parsed.plan_tier);
    return presentMutated(mutation, organization, authority.isAdministrator);
  });
}

async function choosePlan(
  mutation: Mutation,
  organization: LockedOrganization,
  authority: Authority,
  planTier: string,
): Promise<void> {
  const { ctx } = mutation;
  const { billingConfigured } = ctx.engine.settings;
  if (!canChoosePlan(authority.isAdministrator, authority.access, billingConfigured)) {
    const required = billingConfigured ? "administrator" : "billing:write";
    throw deny(ctx, "permission_denied", "set_plan", organization.record.id, required);
  }
  await assertSeatsSuffice(mutation, planTier, organization.record.seat_count);
  await changeOrganization(
    mutation,
    organization,
    { plan_tier: planTier },
    "organization.plan_changed",
  );
}

/**
 * Stores the organization's customer ids at the billing providers. For administrators.
 *
 * @throws {DomainError} `organization_not_found`, `permission_denied`, `revision_mismatch`.
 */
export async function setBilling(
  ctx: Context,
  id: string,
  input: SetBillingInput,
): Promise<Organization> {
  const parsed = parseInput(setBillingSchema, input);
  const call = {
    operation: "set_billing",
    organizationId: id,
    required: "administrator",
    input: parsed,
  } as const;
  return await mutateOrganization(ctx, call, async (mutation, organization) => {
    assertIfMatch(ctx, organization.record.row_revision);
    await changeOrganization(
      mutation,
      organization,
      givenFields(parsed),
      "organization.billing_changed",
    );
    return presentMutated(mutation, organization, true);
  });
}

/**
 * Activates, suspends, deletes or restores an organization. For administrators.
 *
 * @throws {DomainError} `organization_name_taken` where a deleted organization's name is taken by now.
 */
export async function setStatus(
  ctx: Context,
  id: string,
  input: { status: Organization["status"] },
): Promise<Organization> {
  const parsed = parseInput(setStatusSchema, input);
  const call = {
    operation: "set_status",
    organizationId: id,
    required: "administrator",
    input: parsed,
    deleted: "allowed",
  } as const;
  return await mutateOrganization(ctx, call, async (mutation, organization) => {
    assertIfMatch(ctx, organization.record.row_revision);
    await changeStatus(mutation, organization, parsed.status);
    return presentMutated(mutation, organization, true);
  });
}

async function changeStatus(
  mutation: Mutation,
  organization: LockedOrganization,
  status: Organization["status"],
  changes: { name?: string } = {},
): Promise<void> {
  const isRestored = organization.record.status === "deleted";
  const type = {
    active: isRestored ? "organization.restored" : "organization.activated",
    suspended: "organization.suspended",
    deleted: "organization.deleted",
  } as const;
  const deletedAt = isRestored ? organization.record.deleted_at : mutation.now;
  await changeOrganization(
    mutation,
    organization,
    {
      status,
      deleted_at: status === "deleted" ? deletedAt : null,
      ...(changes.name === undefined
        ? {}
        : { name: changes.name, name_key: nameKey(changes.name) }),
    },
    type[status],
  );
}

/**
 * Deletes an organization so that it can be restored. Its slug stays reserved; its name becomes free.
 *
 * @throws {DomainError} `organization_not_found`, `permission_denied`, `revision_mismatch`.
 */
export async function deleteOrganization(ctx: Context, id: string): Promise<void> {
  const call = {
    operation: "delete_organization",
    organizationId: id,
    required: "organization:delete",
    input: null,
  } as const;
  await mutateOrganization(ctx, call, async (mutation, organization) => {
    assertIfMatch(ctx, organization.record.row_revision);
    await changeStatus(mutation, organization, "deleted");
  });
}

/**
 * Restores a deleted organization with its members, roles and slug. For administrators.
 *
 * @throws {DomainError} `organization_not_deleted`; `organization_name_taken` unless a free name is given.
 */
export async function restoreOrganization(
  ctx: Context,
  id: string,
  input: RestoreOrganizationInput = {},
): Promise<Organization> {
  const parsed = parseInput(restoreOrganizationSchema, input);
  const call = {
    operation: "restore_organization",
    organizationId: id,
    required: "administrator",
    input: parsed,
    deleted: "allowed",
  } as const;
  return await mutateOrganization(ctx, call, async (mutation, organization) => {
    assertIfMatch(ctx, organization.record.row_revision);
    if (organization.record.status !== "deleted") {
      throw new DomainError(
        "organization_not_deleted",
        "The organization is not deleted; nothing to restore",
      );
    }
    await changeStatus(mutation, organization, "active", givenFields(parsed));
    return presentMutated(mutation, organization, true);
  });
}

/**
 * Removes a deleted organization for good: members, teams and slug. Its events stay. For administrators.
 *
 * @throws {DomainError} `organization_not_deleted`, `organization_not_found`, `permission_denied`.
 */
export async function purgeOrganization(ctx: Context, id: string): Promise<void> {
  const call = {
    operation: "purge_organization",
    organizationId: id,
    required: "administrator",
    input: null,
    deleted: "allowed",
  } as const;
  await mutateOrganization(ctx, call, async (mutation, organization) => {
    const { record } = organization;
    if (record.status !== "deleted") {
      throw new DomainError(
        "organization_not_deleted",
        "Delete the organization first; only a deleted one is purged",
      );
    }
    await mutation.append(organization.chain, {
      type: "organization.purged",
      entity: "organization",
      entity_id: id,
      before: presentOrganization(record, true),
      after: null,
    });
    await mutation.ports.organizations.purge(ctx.tenantId, id);
  });
}
