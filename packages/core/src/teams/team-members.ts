import { isAllowed } from "../access/access.policy.ts";
import {
  type Authority,
  assertIfMatch,
  authorizeRead,
  deny,
  mutateOrganization,
} from "../access/authorize.ts";
import type { Context } from "../context.ts";
import { DomainError } from "../errors.ts";
import { parseInput } from "../input.ts";
import { listingPorts } from "../listing-ports.ts";
import { assertMayGrant, assertNoneAbove } from "../members/members.ts";
import type { LockedOrganization, Mutation } from "../mutation.ts";
import { type JsonPage, toJsonPage, toPageRequest } from "../page.ts";
import { type RoleGrant, resolveRoles } from "../roles/held-roles.ts";
import { teamNotFound } from "./team-record.ts";
import {
  type AddTeamMemberInput,
  addTeamMemberSchema,
  type ListTeamMembersInput,
  listTeamMembersSchema,
  type TeamMember,
  type TeamMemberRole,
  updateTeamMemberSchema,
} from "./teams.schema.ts";
import { findTeam } from "./teams.ts";

/** The members of a team, ordered by user id. */
export async function listTeamMembers(
  ctx: Context,
  organizationId: string,
  teamId: string,
  input: ListTeamMembersInput = {},
): Promise<JsonPage> {
  const page = toPageRequest(parseInput(listTeamMembersSchema, input));
  await authorizeRead(ctx, "list_team_members", organizationId, "team:read");
  const { teams } = ctx.engine.storage.committed;
  if ((await teams.find(ctx.tenantId, organizationId, teamId)) === undefined) throw teamNotFound();
  const listing = listingPorts(ctx).teams;
  return toJsonPage(await listing.listMembers(ctx.tenantId, organizationId, teamId, page));
}

/**
 * Adds a member of the organization to a team. Members hold the roles of the team and of the teams around it, so the
 * caller must hold these too. The team's maintainers may also call this.
 *
 * @throws {DomainError} `team_not_found`, `not_a_member`, `already_team_member`, `cannot_grant`, `outranked`,
 * `permission_denied`.
 */
export async function addTeamMember(
  ctx: Context,
  organizationId: string,
  teamId: string,
  input: AddTeamMemberInput,
): Promise<TeamMember> {
  const parsed = parseInput(addTeamMemberSchema, input);
  return await mutateTeamMembers(
    ctx,
    "add_team_member",
    organizationId,
    teamId,
    parsed,
    async (at) => {
      assertMayGrant(ctx, "add_team_member", organizationId, at.authority, at.roles);
      return await insertTeamMember(at.mutation, at.organization, teamId, parsed);
    },
  );
}

/** Adds somebody to a team. Every team membership is created here. */
export async function insertTeamMember(
  mutation: Mutation,
  organization: LockedOrganization,
  teamId: string,
  input: {
    readonly user_id: string;
    readonly role: TeamMemberRole;
    readonly metadata?: TeamMember["metadata"] | undefined;
    /** Times of elsewhere, for imports. */
    readonly imported?: Pick<TeamMember, "created_at" | "updated_at"> | undefined;
  },
): Promise<TeamMember> {
  const { ctx, ports, now } = mutation;
  const organizationId = organization.record.id;
  const membership = await ports.members.find(ctx.tenantId, organizationId, input.user_id);
  if (membership === undefined) {
    throw new DomainError(
      "not_a_member",
      `User ${input.user_id} is not a member of the organization; add them first`,
      {
        fields: [{ pointer: "/user_id", detail: "is not a member of the organization" }],
      },
    );
  }
  const member: TeamMember = {
    tenant_id: ctx.tenantId,
    organization_id: organizationId,
    team_id: teamId,
    user_id: input.user_id,
    role: input.role,
    metadata: input.metadata ?? {},
    revision: organization.record.revision,
    created_at: now,
    updated_at: now,
    ...input.imported,
  };
  await ports.teams.insertMember(member);
  await appendChange(mutation, organization, "team.member_added", null, member);
  return member;
}

/** Changes a team membership; null ends it. Every change goes through here. */
export async function changeTeamMember(
  mutation: Mutation,
  organization: LockedOrganization,
  before: TeamMember,
  after: TeamMember | null,
): Promise<void> {
  const { teams } = mutation.ports;
  const { tenant_id, organization_id, team_id, user_id } = before;
  if (after !== null) {
    await teams.updateMember(after);
    return await appendChange(mutation, organization, "team.member_updated", before, after);
  }
  await teams.removeMember(tenant_id, organization_id, team_id, user_id);
  await appendChange(mutation, organization, "team.member_removed", before, null);
}

/** Makes a member of a team its maintainer, or a maintainer a plain member. */
export async function updateTeamMember(
  ctx: Context,
  organizationId: string,
  teamId: string,
  userId: string,
  input: { role: TeamMemberRole },
): Promise<TeamMember> {
  const parsed = parseInput(updateTeamMemberSchema, input);
  const operation = "update_team_member";
  return await mutateTeamMembers(
    ctx,
    operation,
    organizationId,
    teamId,
    [userId, parsed],
    async (at) => {
      const { mutation, organization } = at;
      const before = await findTeamMember(mutation, organizationId, teamId, userId);
      assertIfMatch(ctx, before.revision);
      if (before.role === parsed.role) return before;
      assertMayGrant(ctx, operation, organizationId, at.authority, at.roles);
      const after = {
        ...before,
        role: parsed.role,
        revision: organization.record.revision,
        updated_at: mutation.now,
      };
      await changeTeamMember(mutation, organization, before, after);
      return after;
    },
  );
}

/**
 * Removes somebody from a team; everybody may leave one themselves.
 *
 * @throws {DomainError} `team_member_not_found`, `outranked`.
 */
export async function removeTeamMember(
  ctx: Context,
  organizationId: string,
  teamId: string,
  userId: string,
): Promise<void> {
  const operation = "remove_team_member";
  const isOwn = ctx.actor.type === "user" && ctx.actor.id === userId;
  await mutateTeamMembers(
    ctx,
    operation,
    organizationId,
    teamId,
    userId,
    async ({ mutation, organization, authority, roles }) => {
      const before = await findTeamMember(mutation, organizationId, teamId, userId);
      assertIfMatch(ctx, before.revision);
      if (!isOwn) assertNoneAbove(ctx, operation, organizationId, authority, roles);
      await changeTeamMember(mutation, organization, before, null);
    },
    isOwn,
  );
}

interface TeamCall {
  readonly mutation: Mutation;
  readonly organization: LockedOrganization;
  readonly authority: Authority;
  /** What membership in the team grants: its roles and those of the teams around it. */
  readonly roles: readonly RoleGrant[];
}

/**
 * Runs a mutation of a team's members, for callers with `team:write`, the team's maintainers and, about themselves,
 * everybody.
 */
async function mutateTeamMembers<T>(
  ctx: Context,
  operation: string,
  organizationId: string,
  teamId: string,
  input: unknown,
  work: (call: TeamCall) => Promise<T>,
  isOwn = false,
): Promise<T> {
  const call = {
    operation,
    organizationId,
    required: "team:read",
    input: [teamId, input],
  } as const;
  return await mutateOrganization(ctx, call, async (mutation, organization, authority) => {
    await findTeam(mutation, organizationId, teamId);
    const mayWrite =
      isOwn ||
      isAllowed(authority.access, "team:write") ||
      (await isMaintainer(mutation, organizationId, teamId));
    if (!mayWrite) throw deny(ctx, "permission_denied", operation, organizationId, "team:write");
    const held = await mutation.ports.teams.rolesThroughTeam(ctx.tenantId, organizationId, teamId);
    const roles = await resolveRoles(
      mutation,
      organizationId,
      held.map((role) => role.key),
    );
    return await work({ mutation, organization, authority, roles });
  });
}

async function isMaintainer(
  mutation: Mutation,
  organizationId: string,
  teamId: string,
): Promise<boolean> {
  const { ctx, ports } = mutation;
  if (ctx.actor.type !== "user") return false;
  const place = await ports.teams.findMember(ctx.tenantId, organizationId, teamId, ctx.actor.id);
  return place?.role === "maintainer";
}

async function findTeamMember(
  mutation: Mutation,
  organizationId: string,
  teamId: string,
  userId: string,
): Promise<TeamMember> {
  const { ctx, ports } = mutation;
  const member = await ports.teams.findMember(ctx.tenantId, organizationId, teamId, userId);
  if (member !== undefined) return member;
  throw new DomainError("team_member_not_found", "There is no such person in the team");
}

async function appendChange(
  mutation: Mutation,
  organization: LockedOrganization,
  type: "team.member_added" | "team.member_updated" | "team.member_removed",
  before: TeamMember | null,
  after: TeamMember | null,
): Promise<void> {
  const row = after ?? before;
  await mutation.append(organization.chain, {
    type,
    entity: "team_member",
    entity_id: `${row?.team_id}/${row?.user_id}`,
    before,
    after,
  });
}
