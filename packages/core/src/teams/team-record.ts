import { DomainError } from "../errors.ts";
import type { LockedOrganization, Mutation } from "../mutation.ts";
import type { RoleGrant } from "../roles/held-roles.ts";
import { maximumTeamDepth, type Team } from "./teams.schema.ts";
import type { TeamRecord } from "./teams.store.ts";

/** The team as callers see it. */
export function presentTeam(record: TeamRecord): Team {
  const { name_key: _, depth: __, ...team } = record;
  return team;
}

export function teamNotFound(): DomainError {
  return new DomainError("team_not_found", "There is no such team in the organization");
}

/** Creates a team. Every new team goes through here. */
export async function insertTeam(
  mutation: Mutation,
  organization: LockedOrganization,
  record: TeamRecord,
  roles: readonly RoleGrant[],
): Promise<void> {
  assertDepth(record.depth);
  await mutation.ports.teams.insert(record, roles);
  await mutation.append(organization.chain, {
    type: "team.created",
    entity: "team",
    entity_id: record.id,
    before: null,
    after: presentTeam(record),
  });
}

export function assertDepth(depth: number): void {
  if (depth <= maximumTeamDepth) return;
  throw new DomainError(
    "team_too_deep",
    `Teams nest at most ${maximumTeamDepth} deep; put the team further up`,
    { fields: [{ pointer: "/parent_team_id", detail: `is at depth ${depth - 1} already` }] },
  );
}

/**
 * The depth of a team inside `parentId`.
 *
 * @throws {DomainError} `team_not_found` for an unknown parent.
 */
export async function depthInside(
  mutation: Mutation,
  organizationId: string,
  parentId: string | null,
): Promise<number> {
  if (parentId === null) return 1;
  const { ctx, ports } = mutation;
  const parent = await ports.teams.find(ctx.tenantId, organizationId, parentId);
  if (parent === undefined) throw teamNotFound();
  return parent.depth + 1;
}
