import {
  assertIfMatch,
  assertOrganizationExists,
  authorizeRead,
  mutateOrganization,
} from "../access/authorize.ts";
import type { Context } from "../context.ts";
import { DomainError } from "../errors.ts";
import { newId } from "../ids.ts";
import { parseInput } from "../input.ts";
import { listingPorts } from "../listing-ports.ts";
import { assertMayGrant, assertNoneAbove } from "../members/members.ts";
import type { LockedOrganization, Mutation } from "../mutation.ts";
import { nameKey } from "../normalization.ts";
import { type JsonPage, toJsonPage, toPageRequest } from "../page.ts";
import { type RoleGrant, resolveRoles } from "../roles/held-roles.ts";
import { assertDepth, depthInside, insertTeam, presentTeam, teamNotFound } from "./team-record.ts";
import {
  type CreateTeamInput,
  createTeamSchema,
  type ListTeamsInput,
  listTeamsSchema,
  type Team,
  type UpdateTeamInput,
  updateTeamSchema,
} from "./teams.schema.ts";
import type { TeamRecord } from "./teams.store.ts";

/** @throws {DomainError} `organization_not_found`, `team_not_found`. */
export async function getTeam(ctx: Context, organizationId: string, teamId: string): Promise<Team> {
  await authorizeRead(ctx, "get_team", organizationId, "team:read");
  const { teams } = ctx.engine.storage.committed;
  const record = await teams.find(ctx.tenantId, organizationId, teamId);
  if (record === undefined) throw teamNotFound();
  return presentTeam(record);
}

/** The teams of an organization, ordered by id; if a parent is given, only the teams directly inside it. */
export async function listTeams(
  ctx: Context,
  organizationId: string,
  input: ListTeamsInput = {},
): Promise<JsonPage> {
  const { limit, cursor, skip, total, ...filter } = parseInput(listTeamsSchema, input);
  await authorizeRead(ctx, "list_teams", organizationId, "team:read");
  const page = toPageRequest({ limit, cursor, skip, total });
  const { teams } = listingPorts(ctx);
  const found = await teams.list(ctx.tenantId, organizationId, filter, page);
  if (found.last_key === null) await assertOrganizationExists(ctx, organizationId);
  return toJsonPage(found);
}

/**
 * Creates a team. Its roles are granted to everybody in it and in the teams inside it, so the caller must hold them.
 *
 * @throws {DomainError} `team_name_taken`, `team_not_found` (the parent), `team_too_deep`, `unknown_role`,
 * `cannot_grant`, `outranked`.
 */
export async function createTeam(
  ctx: Context,
  organizationId: string,
  input: CreateTeamInput,
): Promise<Team> {
  const parsed = parseInput(createTeamSchema, input);
  const call = {
    operation: "create_team",
    organizationId,
    required: "team:write",
    input: parsed,
  } as const;
  return await mutateOrganization(ctx, call, async (mutation, organization, authority) => {
    const parentId = parsed.parent_team_id ?? null;
    const depth = await depthInside(mutation, organizationId, parentId);
    const roles = await resolveRoles(mutation, organizationId, parsed.roles ?? []);
    assertMayGrant(ctx, call.operation, organizationId, authority, roles);
    const record: TeamRecord = {
      id: newId("team"),
      tenant_id: ctx.tenantId,
      organization_id: organizationId,
      parent_team_id: parentId,
      name: parsed.name,
      description: parsed.description ?? null,
      roles: roles.map((role) => role.key),
      metadata: parsed.metadata ?? {},
      revision: organization.record.revision,
      created_at: mutation.now,
      updated_at: mutation.now,
      name_key: nameKey(parsed.name),
      depth,
    };
    await insertTeam(mutation, organization, record, roles);
    return presentTeam(record);
  });
}

/**
 * Changes a team; another `parent_team_id` moves it with all the teams inside it.
 *
 * @throws {DomainError} `team_not_found`, `team_name_taken`, `team_cycle`, `team_too_deep`, `cannot_grant`,
 * `outranked`, `revision_mismatch`.
 */
export async function updateTeam(
  ctx: Context,
  organizationId: string,
  teamId: string,
  input: UpdateTeamInput,
): Promise<Team> {
  const parsed = parseInput(updateTeamSchema, input);
  const call = {
    operation: "update_team",
    organizationId,
    required: "team:write",
    input: [teamId, parsed],
  } as const;
  return await mutateOrganization(ctx, call, async (mutation, organization, authority) => {
    const before = await findTeam(mutation, organizationId, teamId);
    assertIfMatch(ctx, before.revision);
    const parentId =
      parsed.parent_team_id === undefined ? before.parent_team_id : parsed.parent_team_id;
    const roles = await resolveRoles(mutation, organizationId, parsed.roles ?? before.roles);
    const isMoved = parentId !== before.parent_team_id;
    const granted = isMoved ? await rolesAround(mutation, organizationId, parentId) : [];
    const added = roles.filter((role) => !before.roles.includes(role.key));
    assertMayGrant(ctx, call.operation, organizationId, authority, [...added, ...granted]);
    const removed = await resolveRoles(mutation, organizationId, before.roles);
    assertNoneAbove(
      ctx,
      call.operation,
      organizationId,
      authority,
      isMoved || parsed.roles !== undefined ? removed : [],
    );
    const after: TeamRecord = {
      ...before,
      parent_team_id: parentId,
      name: parsed.name ?? before.name,
      name_key: nameKey(parsed.name ?? before.name),
      description: parsed.description === undefined ? before.description : parsed.description,
      roles: roles.map((role) => role.key),
      metadata: parsed.metadata ?? before.metadata,
    };
    await changeTeam(mutation, organization, before, after, roles);
    return presentTeam(await findTeam(mutation, organizationId, teamId));
  });
}

/** The roles of the team and of all teams around it, which its members hold. */
async function rolesAround(
  mutation: Mutation,
  organizationId: string,
  parentId: string | null,
): Promise<readonly RoleGrant[]> {
  if (parentId === null) return [];
  const { ctx, ports } = mutation;
  const held = await ports.teams.rolesThroughTeam(ctx.tenantId, organizationId, parentId);
  return await resolveRoles(
    mutation,
    organizationId,
    held.map((role) => role.key),
  );
}

/**
 * Changes a team and appends the event. Every change goes through here. Does nothing if no field differs; a new
 * parent moves the teams inside it too.
 *
 * @param roles The team's roles after the change; null keeps them.
 * @throws {DomainError} `team_name_taken`, `team_not_found` (the parent), `team_cycle`, `team_too_deep`.
 */
export async function changeTeam(
  mutation: Mutation,
  organization: LockedOrganization,
  before: TeamRecord,
  after: TeamRecord,
  roles: readonly RoleGrant[] | null,
): Promise<void> {
  if (JSON.stringify(before) === JSON.stringify(after)) return;
  if (before.parent_team_id !== after.parent_team_id) {
    await assertNotInside(mutation, after);
    const depth = await depthInside(mutation, after.organization_id, after.parent_team_id);
    return await writeSubtree(mutation, organization, before, { ...after, depth }, roles);
  }
  await writeTeam(mutation, organization, before, after, roles);
}

/** Writes a moved team and the teams inside it, each with its new depth. */
async function writeSubtree(
  mutation: Mutation,
  organization: LockedOrganization,
  before: TeamRecord,
  after: TeamRecord,
  roles: readonly RoleGrant[] | null,
): Promise<void> {
  assertDepth(after.depth);
  await writeTeam(mutation, organization, before, after, roles);
  const { ctx, ports } = mutation;
  for (const child of await ports.teams.children(ctx.tenantId, after.organization_id, after.id)) {
    await writeSubtree(mutation, organization, child, { ...child, depth: after.depth + 1 }, null);
  }
}

async function writeTeam(
  mutation: Mutation,
  organization: LockedOrganization,
  before: TeamRecord,
  changed: TeamRecord,
  roles: readonly RoleGrant[] | null,
): Promise<void> {
  const after: TeamRecord = {
    ...changed,
    revision: organization.record.revision,
    updated_at: mutation.now,
  };
  await mutation.ports.teams.update(after, roles);
  await mutation.append(organization.chain, {
    type: "team.updated",
    entity: "team",
    entity_id: after.id,
    before: presentTeam(before),
    after: presentTeam(after),
  });
}

/** @throws {DomainError} `team_cycle` where the new parent is the team itself or inside it. */
async function assertNotInside(mutation: Mutation, team: TeamRecord): Promise<void> {
  const { ctx, ports } = mutation;
  let ancestorId = team.parent_team_id;
  while (ancestorId !== null) {
    if (ancestorId === team.id) {
      throw new DomainError(
        "team_cycle",
        "A team cannot be put inside itself or a team inside it",
        {
          fields: [{ pointer: "/parent_team_id", detail: "is the team itself or inside it" }],
        },
      );
    }
    const ancestor = await ports.teams.find(ctx.tenantId, team.organization_id, ancestorId);
    ancestorId = ancestor?.parent_team_id ?? null;
  }
}

/**
 * Deletes a team that contains no other.
 *
 * @throws {DomainError} `team_not_found`, `team_not_empty`, `outranked`.
 */
export async function deleteTeam(
  ctx: Context,
  organizationId: string,
  teamId: string,
): Promise<void> {
  const call = {
    operation: "delete_team",
    organizationId,
    required: "team:write",
    input: teamId,
  } as const;
  await mutateOrganization(ctx, call, async (mutation, organization, authority) => {
    const before = await findTeam(mutation, organizationId, teamId);
    assertIfMatch(ctx, before.revision);
    const roles = await resolveRoles(mutation, organizationId, before.roles);
    assertNoneAbove(ctx, call.operation, organizationId, authority, roles);
    await dropTeam(mutation, organization, before);
  });
}

/**
 * Deletes a team's rows. Every deletion goes through here.
 *
 * @throws {DomainError} `team_not_empty`.
 */
export async function dropTeam(
  mutation: Mutation,
  organization: LockedOrganization,
  before: TeamRecord,
): Promise<void> {
  const { ports } = mutation;
  const { tenant_id, organization_id, id } = before;
  if ((await ports.teams.children(tenant_id, organization_id, id)).length > 0) {
    throw new DomainError("team_not_empty", "There are teams inside it; move or delete them first");
  }
  await ports.teams.remove(tenant_id, organization_id, id);
  await mutation.append(organization.chain, {
    type: "team.deleted",
    entity: "team",
    entity_id: id,
    before: presentTeam(before),
    after: null,
  });
}

export async function findTeam(
  mutation: Mutation,
  organizationId: string,
  teamId: string,
): Promise<TeamRecord> {
  const { ctx, ports } = mutation;
  const team = await ports.teams.find(ctx.tenantId, organizationId, teamId);
  if (team === undefined) throw teamNotFound();
  return team;
}
