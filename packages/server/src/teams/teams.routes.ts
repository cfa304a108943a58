import {
  addTeamMember,
  createTeam,
  deleteTeam,
  getTeam,
  listTeamMembers,
  listTeams,
  removeTeamMember,
  updateTeam,
  updateTeamMember,
} from "@tenantry/core";
import type { Routes } from "../http/call.ts";

export const teamRoutes = {
  createTeam: ({ ctx, params, body }) => createTeam(ctx, params.organization_id, body),
  listTeams: ({ ctx, params, query }) => listTeams(ctx, params.organization_id, query),
  getTeam: ({ ctx, params }) => getTeam(ctx, params.organization_id, params.team_id),
  updateTeam: ({ ctx, params, body }) =>
    updateTeam(ctx, params.organization_id, params.team_id, body),
  deleteTeam: ({ ctx, params }) => deleteTeam(ctx, params.organization_id, params.team_id),
  addTeamMember: ({ ctx, params, body }) =>
    addTeamMember(ctx, params.organization_id, params.team_id, body),
  listTeamMembers: ({ ctx, params, query }) =>
    listTeamMembers(ctx, params.organization_id, params.team_id, query),
  updateTeamMember: ({ ctx, params, body }) =>
    updateTeamMember(ctx, params.organization_id, params.team_id, params.user_id, body),
  removeTeamMember: ({ ctx, params }) =>
    removeTeamMember(ctx, params.organization_id, params.team_id, params.user_id),
} satisfies Partial<Routes>;
