import { deny, isAdministrator, isOperator, requireActor } from "../access/authorize.ts";
import type { Context } from "../context.ts";
import { DomainError } from "../errors.ts";
import { newId } from "../ids.ts";
import { parseInput } from "../input.ts";
import { admitMember, ownerGrant } from "../members/members.ts";
import { type LockedOrganization, type Mutation, mutate } from "../mutation.ts";
import { nameKey } from "../normalization.ts";
import type { Plan } from "../plans/plans.schema.ts";
import { unknownPlan } from "../plans/seats.ts";
import { assertOwnTenant } from "../tenants/assert-own-tenant.ts";
import { assertTenantOpen } from "../tenants/tenants.policy.ts";
import { organizationEventRow, presentOrganization } from "./organization-record.ts";
import { generateSlug, withGeneratedSlug } from "./organization-slug.ts";
import {
  type CreateOrganizationInput,
  createOrganizationSchema,
  type Organization,
} from "./organizations.schema.ts";
import type { OrganizationRecord } from "./organizations.store.ts";

/**
 * Creates an organization. The calling user becomes its owner. The operator and tenant administrators may name
 * another owner, or none.
 *
 * @throws {DomainError} `organization_name_taken`, `organization_slug_taken`, `external_id_taken`, `unknown_plan`,
 * `unknown_user`.
 */
export async function createOrganization(
  ctx: Context,
  input: CreateOrganizationInput,
): Promise<Organization> {
  await requireActor(ctx);
  const parsed = parseInput(createOrganizationSchema, input);
  assertOwnTenant(ctx, parsed.tenant_id, "create_organization");
  if (parsed.slug !== undefined) return await create(ctx, parsed, parsed.slug);
  return await withGeneratedSlug(parsed.name, (slug) => create(ctx, parsed, slug));
}

type ParsedInput = ReturnType<typeof createOrganizationSchema.parse>;

function create(
  ctx: Context,
  parsed: ParsedInput,
  slug: string | undefined,
): Promise<Organization> {
  return mutate(ctx, "create_organization", parsed, async (mutation) => {
    const ownerId = parsed.owner_user_id ?? (ctx.actor.type === "user" ? ctx.actor.id : undefined);
    const isAdministrating = !isForEveryUser(ctx, parsed);
    if (isAdministrating) await assertAdministrator(mutation);
    const members = ownerId === undefined ? 0 : 1;
    const organization = await insertOrganization(mutation, { ...parsed, slug }, members);
    if (ownerId !== undefined) {
      await admitMember(mutation, organization, {
        user_id: ownerId,
        roles: [ownerGrant],
        status: "active",
        invited_by_user_id: null,
      });
    }
    return presentOrganization(organization.record, isAdministrating);
  });
}

/** Whether every user of the tenant may create such an organization. Otherwise its administrators may. */
function isForEveryUser({ actor, engine }: Context, input: ParsedInput): boolean {
  if (actor.type !== "user") return false;
  const isForAnother = input.owner_user_id !== undefined && input.owner_user_id !== actor.id;
  const choosesPlan = input.plan_tier !== undefined && engine.settings.billingConfigured;
  return !isForAnother && !choosesPlan && input.private_metadata === undefined;
}

async function assertAdministrator({ ctx, ports }: Mutation): Promise<void> {
  if (await isAdministrator(ctx, ports)) return;
  throw deny(ctx, "permission_denied", "create_organization", null, "administrator");
}

type Settable = Omit<OrganizationRecord, "name" | "tenant_id" | "name_key">;

/** The fields of a new organization. All but the name have defaults, the id too. */
export type NewOrganization = Pick<OrganizationRecord, "name"> & {
  readonly [Field in keyof Settable]?: Settable[Field] | undefined;
};

/**
 * Creates an organization's row: its plan, slug and event. Nothing else does; the API, imports and the embedded calls
 * all use it. It adds no member.
 *
 * @param members How many active members the caller admits next. A wrong number is corrected when the mutation ends.
 * @param type `imported` for one that was created in another system.
 */
export async function insertOrganization(
  mutation: Mutation,
  input: NewOrganization,
  members = 0,
  type: "organization.created" | "imported" = "organization.created",
): Promise<LockedOrganization> {
  const { ctx, ports, now } = mutation;
  const slug = input.slug ?? (await generateSlug(ports, ctx.tenantId, input.name));
  const plan = await findPlan(mutation, input.plan_tier);
  const record: OrganizationRecord = {
    id: input.id ?? newId("org"),
    tenant_id: ctx.tenantId,
    name: input.name,
    slug,
    domain: input.domain ?? null,
    billing_email: input.billing_email ?? null,
    billing_address: input.billing_address ?? null,
    plan_tier: plan.key,
    status: input.status ?? "active",
    lago_customer_id: input.lago_customer_id ?? null,
    stripe_customer_id: input.stripe_customer_id ?? null,
    logo_url: input.logo_url ?? null,
    metadata: input.metadata ?? {},
    client_metadata: input.client_metadata ?? {},
    private_metadata: input.private_metadata ?? {},
    external_id: input.external_id ?? null,
    revision: 1,
    row_revision: 1,
    created_at: input.created_at ?? now,
    updated_at: input.updated_at ?? now,
    deleted_at: input.deleted_at ?? null,
    name_key: nameKey(input.name),
    seat_count: 0,
    member_count: 0,
  };
  const founding = { isNewId: input.id === undefined, members, plan };
  const organization = await mutation.insertOrganization(record, founding);
  await mutation.append(organization.chain, {
    type,
    entity: "organization",
    entity_id: record.id,
    before: null,
    after: organizationEventRow(organization.record),
  });
  return organization;
}

/** Finds the plan of a new organization. It also makes sure that the tenant is open, because both are one round trip. */
async function findPlan({ ctx, ports }: Mutation, tier: string | undefined): Promise<Plan> {
  const { tenantId } = ctx;
  const [plan, tenant] = await Promise.all([
    tier === undefined ? ports.plans.findDefault(tenantId) : ports.plans.find(tenantId, tier),
    // A creation takes no lock of the tenant, so a user's tenant may have been suspended meanwhile.
    isOperator(ctx) ? undefined : ports.tenants.find(tenantId),
  ]);
  if (!isOperator(ctx)) assertTenantOpen(tenant);
  if (plan !== undefined) return plan;
  if (tier !== undefined) throw unknownPlan(tier);
  throw new DomainError("unknown_plan", "The tenant has no default plan; name one in plan_tier", {
    fields: [{ pointer: "/plan_tier", detail: "is missing, and the tenant has no default plan" }],
  });
}
