import { listResources, registerResource, removeResource } from "@tenantry/core";
import type { Routes } from "../http/call.ts";

export const resourceRoutes = {
  registerResource: ({ ctx, params, body }) => registerResource(ctx, params.organization_id, body),
  listResources: ({ ctx, params, query }) => listResources(ctx, params.organization_id, query),
  removeResource: ({ ctx, params }) =>
    removeResource(ctx, params.organization_id, params.type, params.external_id),
} satisfies Partial<Routes>;
