import { createPlan, deletePlan, getPlan, listPlans, updatePlan } from "@tenantry/core";
import type { Routes } from "../http/call.ts";
import { pageOfList } from "../http/page-of-list.ts";

export const planRoutes = {
  listPlans: async ({ ctx, query }) => pageOfList(await listPlans(ctx), query, (plan) => plan.key),
  createPlan: ({ ctx, body }) => createPlan(ctx, body),
  getPlan: ({ ctx, params }) => getPlan(ctx, params.plan_key),
  updatePlan: ({ ctx, params, body }) => updatePlan(ctx, params.plan_key, body),
  deletePlan: ({ ctx, params }) => deletePlan(ctx, params.plan_key),
} satisfies Partial<Routes>;
