import {
  assertSeatsSuffice,
  type Context,
  changeOrganization,
  enterPlan,
  givenFields,
  insertOrganization,
  isDomainError,
  listingPorts,
  mutate,
  nameKey,
  type OrganizationFilter,
  type OrganizationStatus,
  organizationStatusSchema,
  setStatus,
  withGeneratedSlug,
} from "@tenantry/core";
import {
  optionalBillingId,
  requireName,
  requireNothingElse,
  requireOneOf,
  requireText,
} from "./arguments.ts";
import { OrgManagerError } from "./org-manager-error.ts";
import { readAll } from "./read-all.ts";
import { type Organization, type ShownOrganization, toOrganization } from "./records.ts";

/** The customer ids to set. An absent id stays unchanged; `null` clears it. */
export interface BillingIds {
  readonly lagoId?: string | null | undefined;
  readonly stripeId?: string | null | undefined;
}

export async function createOrganization(
  ctx: Context,
  name: string,
  planTier: string | undefined,
): Promise<string> {
  const newName = requireName(name);
  const tier = planTier === undefined ? undefined : requireText("Plan tier", planTier);
  try {
    return await withGeneratedSlug(newName, (slug) =>
      mutate(ctx, "create_organization", [newName, tier], async (mutation) => {
        if (tier !== undefined) await enterPlan(mutation, tier);
        const wanted = { name: newName, slug, plan_tier: tier };
        return (await insertOrganization(mutation, wanted)).record.id;
      }),
    );
  } catch (error) {
    throw isDomainError(error, "organization_name_taken") ? nameTaken(newName, error) : error;
  }
}

function nameTaken(name: string, cause: unknown): OrgManagerError {
  const message = `Organization with name '${name}' already exists`;
  return new OrgManagerError("organization_name_taken", message, cause);
}

export async function getOrg(ctx: Context, orgId: string): Promise<Organization | null> {
  const record = await ctx.engine.storage.committed.organizations.find(ctx.tenantId, String(orgId));
  return record === undefined ? null : toOrganization(record);
}

/** Checks the organization before the plan: for an unknown organization the result is `false`, even with an invalid tier. */
export async function updateOrgPlan(
  ctx: Context,
  orgId: string,
  planTier: string,
): Promise<boolean> {
  return await mutate(ctx, "set_plan", [orgId, planTier], async (mutation) => {
    const organization = await mutation.lockOrganization(String(orgId));
    if (organization === undefined) return false;
    const tier = requireText("Plan tier", planTier);
    await enterPlan(mutation, tier);
    await assertSeatsSuffice(mutation, tier, organization.record.seat_count);
    const change = { plan_tier: tier };
    await changeOrganization(mutation, organization, change, "organization.plan_changed");
    return true;
  });
}

/** `active` restores a deleted organization. */
export async function updateOrgStatus(
  ctx: Context,
  orgId: string,
  status: OrganizationStatus,
): Promise<boolean> {
  const known = requireOneOf("Status", organizationStatusSchema.options, status);
  try {
    await setStatus(ctx, String(orgId), { status: known });
    return true;
  } catch (error) {
    if (isDomainError(error, "organization_not_found")) return false;
    if (!isDomainError(error, "organization_name_taken")) throw error;
    const organization = await getOrg(ctx, orgId);
    throw nameTaken(organization?.name ?? "", error);
  }
}

export async function updateOrgBillingIds(
  ctx: Context,
  orgId: string,
  ids: BillingIds,
): Promise<boolean> {
  const { lagoId, stripeId, ...rest } = ids;
  requireNothingElse(rest, "lagoId", "stripeId");
  const changes = givenFields({
    lago_customer_id: optionalBillingId("Lago id", lagoId),
    stripe_customer_id: optionalBillingId("Stripe id", stripeId),
  });
  return await mutate(ctx, "set_billing", [orgId, changes], async (mutation) => {
    const organization = await mutation.lockOrganization(String(orgId));
    if (organization === undefined) return false;
    await changeOrganization(mutation, organization, changes, "organization.billing_changed");
    return true;
  });
}

/** The organizations in any status that match the filter, oldest first. */
export async function listOrgs(
  ctx: Context,
  filter: Omit<OrganizationFilter, "status">,
): Promise<Organization[]> {
  const { organizations } = listingPorts(ctx);
  const found = await readAll<ShownOrganization>((page) =>
    organizations.list(ctx.tenantId, { ...filter, status: "any" }, page),
  );
  const oldestFirst = (a: ShownOrganization, b: ShownOrganization) =>
    compare(a.created_at, b.created_at) || compare(a.id, b.id);
  return found.sort(oldestFirst).map(toOrganization);
}

/** The organizations whose name or slug contains the query; upper and lower case are the same. */
export async function searchOrganizations(ctx: Context, query: string): Promise<Organization[]> {
  return await listOrgs(ctx, { q: nameKey(String(query)) });
}

function compare(a: string, b: string): number {
  return a < b ? -1 : Number(a > b);
}
