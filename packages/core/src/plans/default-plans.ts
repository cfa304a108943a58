import type { Plan } from "./plans.schema.ts";

/** The plans that every tenant starts with. Seats are always written out, because a missing limit allows none. */
export const defaultPlans: readonly Pick<
  Plan,
  "key" | "name" | "seats" | "entitlements" | "is_default"
>[] = [
  planOf("founders_friend", "Founder's friend", true),
  planOf("starter", "Starter", false),
  planOf("professional", "Professional", false),
  planOf("enterprise", "Enterprise", false),
];

function planOf(key: string, name: string, isDefault: boolean) {
  return { key, name, seats: "unlimited" as const, entitlements: {}, is_default: isDefault };
}
