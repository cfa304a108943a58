import { listEvents } from "@tenantry/core";
import type { Routes } from "../http/call.ts";

export const eventRoutes = {
  listEvents: ({ ctx, params, query }) => {
    const { cursor, ...input } = query;
    const after = cursor === undefined ? input.after : Number(cursor);
    return listEvents(ctx, params.organization_id, { ...input, after });
  },
} satisfies Partial<Routes>;
