import { assertMayAsk, check, checkBatch } from "@tenantry/core";
import type { Routes } from "../http/call.ts";

export const accessRoutes = {
  check: async ({ server, ctx, body }) => {
    await assertMayAsk(ctx, body.organization_id, body.user_id);
    server.metrics.checks += 1;
    return await check(ctx, body);
  },
  checkBatch: async ({ server, ctx, body }) => {
    for (const { organization_id, user_id } of body.checks) {
      await assertMayAsk(ctx, organization_id, user_id);
    }
    server.metrics.checks += body.checks.length;
    return await checkBatch(ctx, body);
  },
} satisfies Partial<Routes>;
