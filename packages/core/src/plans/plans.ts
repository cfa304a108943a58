import { assertIfMatch, mutateTenant, requireActor } from "../access/authorize.ts";
import type { Context } from "../context.ts";
import { DomainError } from "../errors.ts";
import { givenFields, parseInput } from "../input.ts";
import { listingPorts } from "../listing-ports.ts";
import type { Mutation } from "../mutation.ts";
import {
  type CreatePlanInput,
  createPlanSchema,
  type Plan,
  type UpdatePlanInput,
  updatePlanSchema,
} from "./plans.schema.ts";

/** The tenant's plans, ordered by key. */
export async function listPlans(ctx: Context): Promise<readonly Plan[]> {
  await requireActor(ctx);
  return await listingPorts(ctx).plans.list(ctx.tenantId);
}

/** @throws {DomainError} `plan_not_found`. */
export async function getPlan(ctx: Context, key: string): Promise<Plan> {
  await requireActor(ctx);
  const plan = await ctx.engine.storage.committed.plans.find(ctx.tenantId, key);
  if (plan === undefined) throw planNotFound();
  return plan;
}

/** Adds a plan to the catalogue. For administrators. @throws {DomainError} `plan_key_taken`. */
export async function createPlan(ctx: Context, input: CreatePlanInput): Promise<Plan> {
  const parsed = parseInput(createPlanSchema, input);
  return await mutateTenant(ctx, "create_plan", parsed, (mutation) => insertPlan(mutation, parsed));
}

/**
 * Creates a plan. Every new plan goes through here, those of imports and of the embedded calls too.
 *
 * @throws {DomainError} `plan_key_taken`.
 */
export async function insertPlan(
  mutation: Mutation,
  input: Pick<Plan, "key" | "name" | "seats" | "entitlements"> &
    Partial<Pick<Plan, "is_default" | "created_at" | "updated_at">>,
): Promise<Plan> {
  const { ctx, ports, now } = mutation;
  const tenant = await mutation.lockTenant();
  const plan: Plan = {
    tenant_id: ctx.tenantId,
    key: input.key,
    name: input.name,
    seats: input.seats,
    entitlements: input.entitlements,
    is_default: input.is_default ?? false,
    revision: tenant.record.revision,
    created_at: input.created_at ?? now,
    updated_at: input.updated_at ?? now,
  };
  await ports.plans.insert(plan);
  await mutation.append(tenant.chain, planEvent("plan.created", null, plan));
  return plan;
}

/**
 * Changes a plan. Fewer seats than an organization has members remove nobody; the limit applies to the next member.
 * For administrators.
 *
 * @throws {DomainError} `plan_not_found`, `revision_mismatch`.
 */
export async function updatePlan(ctx: Context, key: string, input: UpdatePlanInput): Promise<Plan> {
  const parsed = parseInput(updatePlanSchema, input);
  return await mutateTenant(ctx, "update_plan", [key, parsed], async (mutation) => {
    const before = await findPlan(mutation, key);
    assertIfMatch(ctx, before.revision);
    return await changePlan(mutation, before, givenFields(parsed));
  });
}

/** Changes a plan's row and appends the event. Every change goes through here. Does nothing if no field differs. */
export async function changePlan(
  mutation: Mutation,
  before: Plan,
  changes: Partial<Pick<Plan, "name" | "seats" | "entitlements">>,
): Promise<Plan> {
  const tenant = await mutation.lockTenant();
  const after: Plan = {
    ...before,
    ...changes,
    revision: tenant.record.revision,
    updated_at: mutation.now,
  };
  if (isSame(before, after)) return before;
  await mutation.ports.plans.update(after);
  await mutation.append(tenant.chain, planEvent("plan.updated", before, after));
  return after;
}

function isSame(before: Plan, after: Plan): boolean {
  const changing = (plan: Plan) => JSON.stringify([plan.name, plan.seats, plan.entitlements]);
  return changing(before) === changing(after);
}

/** Removes a plan that no organization is on. For administrators. @throws {DomainError} `plan_not_found`, `plan_in_use`. */
export async function deletePlan(ctx: Context, key: string): Promise<void> {
  await mutateTenant(ctx, "delete_plan", key, async (mutation, tenant) => {
    const before = await findPlan(mutation, key);
    assertIfMatch(ctx, before.revision);
    if (before.is_default) {
      throw new DomainError(
        "plan_in_use",
        `The plan ${key} is the default; new organizations are on it`,
      );
    }
    await mutation.ports.plans.remove(ctx.tenantId, key);
    await mutation.append(tenant.chain, planEvent("plan.deleted", before, null));
  });
}

async function findPlan(mutation: Mutation, key: string): Promise<Plan> {
  const plan = await mutation.ports.plans.find(mutation.ctx.tenantId, key);
  if (plan === undefined) throw planNotFound();
  return plan;
}

function planNotFound(): DomainError {
  return new DomainError("plan_not_found", "There is no such plan; GET /plans lists them");
}

function planEvent(
  type: "plan.created" | "plan.updated" | "plan.deleted",
  before: Plan | null,
  after: Plan | null,
) {
  return { type, entity: "plan", entity_id: (after ?? before)?.key ?? "", before, after } as const;
}
