import { listDenials } from "@tenantry/core";
import type { Routes } from "../http/call.ts";

export const securityLogRoutes = {
  listDenials: ({ ctx, query }) => listDenials(ctx, query),
} satisfies Partial<Routes>;
