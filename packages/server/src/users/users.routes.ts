import {
  createUser,
  getUser,
  grantTenantAdministrator,
  listUserOrganizations,
  listUsers,
  revokeTenantAdministrator,
  updateUser,
} from "@tenantry/core";
import type { Routes } from "../http/call.ts";

export const userRoutes = {
  createUser: ({ ctx, body }) => createUser(ctx, body),
  listUsers: ({ ctx, query }) => listUsers(ctx, query),
  getUser: ({ ctx, params }) => getUser(ctx, params.user_id),
  updateUser: ({ ctx, params, body }) => updateUser(ctx, params.user_id, body),
  listUserOrganizations: ({ ctx, params, query }) =>
    listUserOrganizations(ctx, params.user_id, query),
  grantTenantAdministrator: ({ ctx, params }) => grantTenantAdministrator(ctx, params.user_id),
  revokeTenantAdministrator: ({ ctx, params }) => revokeTenantAdministrator(ctx, params.user_id),
} satisfies Partial<Routes>;
