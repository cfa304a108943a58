import { DomainError } from "../errors.ts";
import type { Mutation } from "../mutation.ts";
import type { Plan } from "./plans.schema.ts";

/**
 * Refuses more seats than the plan has. Every membership holds one, whatever its status: an invitation must not be acceptable
 * and a suspended member not reinstatable beyond the limit. A plan that names no limit has no seat (decision 9).
 *
 * The caller holds the organization's lock; that is what makes counting and taking one step.
 *
 * @param seats How many seats would be taken.
 * @param known A plan that the mutation has read already.
 * @throws {DomainError} `seat_limit_reached`, `unknown_plan`.
 */
export async function assertSeatsSuffice(
  mutation: Mutation,
  planTier: string,
  seats: number,
  known?: Plan,
): Promise<void> {
  const plan = known?.key === planTier ? known : await requirePlan(mutation, planTier);
  if (hasSeats(plan.seats, seats)) return;
  const limit = plan.seats ?? 0;
  throw new DomainError(
    "seat_limit_reached",
    `The plan ${plan.key} has ${limit} seats and ${seats} would be taken; remove a member or choose a larger plan`,
    { data: { plan_tier: plan.key, seats: limit, taken: seats } },
  );
}

/** Written so that anything but a number that suffices, or the word, refuses. */
function hasSeats(limit: Plan["seats"], seats: number): boolean {
  return limit === "unlimited" || (typeof limit === "number" && seats <= limit);
}

/** @throws {DomainError} `unknown_plan`. */
export async function requirePlan(mutation: Mutation, planTier: string): Promise<Plan> {
  const plan = await mutation.ports.plans.find(mutation.ctx.tenantId, planTier);
  if (plan !== undefined) return plan;
  throw new DomainError("unknown_plan", `There is no plan ${planTier}; GET /plans lists them`, {
    fields: [{ pointer: "/plan_tier", detail: "is not a plan of the catalogue" }],
  });
}
