import type { Awaitable } from "../awaitable.ts";
import type { Plan } from "./plans.schema.ts";

export interface PlanStore {
  /** @throws {DomainError} `plan_key_taken`. */
  insert(plan: Plan): Awaitable<void>;
  find(tenantId: string, key: string): Awaitable<Plan | undefined>;
  findDefault(tenantId: string): Awaitable<Plan | undefined>;
  /** Ordered by key. At most 1,000. */
  list(tenantId: string): Awaitable<readonly Plan[]>;
  update(plan: Plan): Awaitable<void>;
  /** @throws {DomainError} `plan_in_use`. */
  remove(tenantId: string, key: string): Awaitable<void>;
}
