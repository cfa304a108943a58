import {
  createOrganization,
  deleteOrganization,
  getOrganization,
  listOrganizations,
  purgeOrganization,
  restoreOrganization,
  setBilling,
  setPlan,
  setStatus,
  updateOrganization,
} from "@tenantry/core";
import type { Routes } from "../http/call.ts";

export const organizationRoutes = {
  createOrganization: ({ ctx, body }) => createOrganization(ctx, body),
  listOrganizations: ({ ctx, query }) => listOrganizations(ctx, query),
  getOrganization: ({ ctx, params }) => getOrganization(ctx, params.organization_id),
  updateOrganization: ({ ctx, params, body }) =>
    updateOrganization(ctx, params.organization_id, body),
  deleteOrganization: ({ ctx, params }) => deleteOrganization(ctx, params.organization_id),
  restoreOrganization: ({ ctx, params, body }) =>
    restoreOrganization(ctx, params.organization_id, body),
  purgeOrganization: ({ ctx, params }) => purgeOrganization(ctx, params.organization_id),
  setOrganizationPlan: ({ ctx, params, body }) => setPlan(ctx, params.organization_id, body),
  setOrganizationStatus: ({ ctx, params, body }) => setStatus(ctx, params.organization_id, body),
  setOrganizationBilling: ({ ctx, params, body }) => setBilling(ctx, params.organization_id, body),
} satisfies Partial<Routes>;
