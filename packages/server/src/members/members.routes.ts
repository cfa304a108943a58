import {
  acceptMembership,
  addMember,
  getMember,
  listMembers,
  removeMember,
  updateMember,
} from "@tenantry/core";
import type { Routes } from "../http/call.ts";

export const memberRoutes = {
  addMember: ({ ctx, params, body }) => addMember(ctx, params.organization_id, body),
  listMembers: ({ ctx, params, query }) => listMembers(ctx, params.organization_id, query),
  getMember: ({ ctx, params }) => getMember(ctx, params.organization_id, params.user_id),
  updateMember: ({ ctx, params, body }) =>
    updateMember(ctx, params.organization_id, params.user_id, body),
  removeMember: ({ ctx, params }) => removeMember(ctx, params.organization_id, params.user_id),
  acceptMembership: ({ ctx, params }) =>
    acceptMembership(ctx, params.organization_id, params.user_id),
} satisfies Partial<Routes>;
