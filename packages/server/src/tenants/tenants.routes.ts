import {
  createTenant,
  deleteTenant,
  getTenant,
  listTenants,
  purgeTenant,
  restoreTenant,
  setTenantStatus,
  updateTenant,
} from "@tenantry/core";
import type { Routes } from "../http/call.ts";

export const tenantRoutes = {
  createTenant: ({ ctx, body }) => createTenant(ctx, body),
  listTenants: ({ ctx, query }) => listTenants(ctx, query),
  getTenant: ({ ctx, params }) => getTenant(ctx, params.tenant_id),
  updateTenant: ({ ctx, params, body }) => updateTenant(ctx, params.tenant_id, body),
  setTenantStatus: ({ ctx, params, body }) => setTenantStatus(ctx, params.tenant_id, body),
  deleteTenant: ({ ctx, params }) => deleteTenant(ctx, params.tenant_id),
  restoreTenant: ({ ctx, params }) => restoreTenant(ctx, params.tenant_id),
  purgeTenant: ({ ctx, params, body }) => purgeTenant(ctx, params.tenant_id, body),
} satisfies Partial<Routes>;
