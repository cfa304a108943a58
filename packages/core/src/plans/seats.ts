import type { Awaitable } from "../awaitable.ts";
import { DomainError } from "../errors.ts";
import type { Mutation } from "../mutation.ts";
import type { Plan } from "./plans.schema.ts";

/**
 * Refuses more memberships than the plan has seats. A membership of any status takes a seat, so that accepting an
 * invitation or reinstating a suspended member can never exceed the limit. A plan without a limit has no seat.
 *
 * The caller must hold the organization's lock; otherwise another mutation could take the seat between counting and
 * inserting.
 *
 * @param seats The number of seats taken after the change.
 * @param known The plan, if the mutation has read it already.
 * @throws {DomainError} `seat_limit_reached`, `unknown_plan`.
 */
export function assertSeatsSuffice(
  mutation: Mutation,
  planTier: string,
  seats: number,
  known?: Plan,
): Awaitable<void> {
  if (known?.key === planTier) return assertHasSeats(known, seats);
  return requirePlan(mutation, planTier).then((plan) => assertHasSeats(plan, seats));
}

function assertHasSeats(plan: Plan, seats: number): void {
  if (hasSeats(plan.seats, seats)) return;
  const limit = plan.seats ?? 0;
  throw new DomainError(
    "seat_limit_reached",
    `The plan ${plan.key} has ${limit} seats and ${seats} would be taken; remove a member or choose a larger plan`,
    { data: { plan_tier: plan.key, seats: limit, taken: seats } },
  );
}

/** Anything but a sufficient number or `unlimited` refuses, damaged data included. */
function hasSeats(limit: Plan["seats"], seats: number): boolean {
  return limit === "unlimited" || (typeof limit === "number" && seats <= limit);
}

/** @throws {DomainError} `unknown_plan`. */
async function requirePlan({ ctx, ports }: Mutation, planTier: string): Promise<Plan> {
  const plan = await ports.plans.find(ctx.tenantId, planTier);
  if (plan === undefined) throw unknownPlan(planTier);
  return plan;
}

export function unknownPlan(planTier: string): DomainError {
  return new DomainError("unknown_plan", `There is no plan ${planTier}; GET /plans lists them`, {
    fields: [{ pointer: "/plan_tier", detail: "is not a plan of the catalogue" }],
  });
}
