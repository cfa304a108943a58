import { createRole, deleteRole, getRole, listRoles, type Role, updateRole } from "@tenantry/core";
import type { Routes } from "../http/call.ts";
import { pageOfList } from "../http/page-of-list.ts";

/** The highest rank comes first, and among equals the key decides. */
const keyOf = ({ rank, key }: Role) => `${String(highestRank - rank).padStart(4, "0")} ${key}`;
const highestRank = 9999;

export const roleRoutes = {
  listRoles: async ({ ctx, query }) => pageOfList(await listRoles(ctx, null), query, keyOf),
  createRole: ({ ctx, body }) => createRole(ctx, null, body),
  getRole: ({ ctx, params }) => getRole(ctx, null, params.role_key),
  updateRole: ({ ctx, params, body }) => updateRole(ctx, null, params.role_key, body),
  deleteRole: ({ ctx, params }) => deleteRole(ctx, null, params.role_key),
  listOrganizationRoles: async ({ ctx, params, query }) =>
    pageOfList(await listRoles(ctx, params.organization_id), query, keyOf),
  createOrganizationRole: ({ ctx, params, body }) => createRole(ctx, params.organization_id, body),
  getOrganizationRole: ({ ctx, params }) => getRole(ctx, params.organization_id, params.role_key),
  updateOrganizationRole: ({ ctx, params, body }) =>
    updateRole(ctx, params.organization_id, params.role_key, body),
  deleteOrganizationRole: ({ ctx, params }) =>
    deleteRole(ctx, params.organization_id, params.role_key),
} satisfies Partial<Routes>;
