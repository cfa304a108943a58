import { nameKey } from "../normalization.ts";
import { insertTeamMember } from "../teams/team-members.ts";
import { insertTeam } from "../teams/team-record.ts";
import { enter } from "./tenant-entry.ts";
import { type TeamRow, toTeamMemberRow, toTeamRow } from "./tenant-file.schema.ts";
import type { Inside } from "./tenant-organizations.ts";

type BareTeamRow = Omit<TeamRow, "members">;

/** Imports the teams of an organization, parents first, with their members. */
export async function importTenantTeams(inside: Inside): Promise<void> {
  const depths = depthsOf(inside.row.teams);
  const order = [...inside.row.teams.entries()].sort(
    ([, a], [, b]) => (depths.get(a.id) ?? 0) - (depths.get(b.id) ?? 0),
  );
  for (const [index, team] of order) {
    const place = `${inside.place}/teams/${index}`;
    await importTeam(inside, team, depths.get(team.id) ?? 1, place);
    await importMembersOf(inside, team, place);
  }
}

/** It was checked before that every parent exists and that there is no cycle. */
function depthsOf(teams: readonly TeamRow[]): ReadonlyMap<string, number> {
  const parents = new Map(teams.map((team) => [team.id, team.parent_team_id]));
  const depthOf = (id: string): number => {
    const parent = parents.get(id);
    return parent ? depthOf(parent) + 1 : 1;
  };
  return new Map(teams.map((team) => [team.id, depthOf(team.id)]));
}

async function importTeam(
  { run, row, locked, isNew, rolesOf }: Inside,
  { members: _, ...team }: TeamRow,
  depth: number,
  place: string,
): Promise<void> {
  const { ctx, ports } = run.mutation;
  const here = isNew ? undefined : await ports.teams.find(ctx.tenantId, row.id, team.id);
  await enter<BareTeamRow>(run, {
    entry: { kind: "teams", organization: row.slug, name: team.name },
    place,
    isInNewOrganization: isNew,
    wanted: team,
    here: here && toTeamRow({ ...here, members: [] }),
    insert: async () => {
      const record = {
        ...team,
        tenant_id: ctx.tenantId,
        organization_id: row.id,
        revision: locked.record.revision,
        name_key: nameKey(team.name),
        depth,
      };
      await insertTeam(run.mutation, locked, record, await rolesOf(team.roles));
    },
  });
}

async function importMembersOf(inside: Inside, team: TeamRow, place: string): Promise<void> {
  const { run, row, locked, isNew } = inside;
  const { ctx, ports } = run.mutation;
  for (const [index, member] of team.members.entries()) {
    const { user_id, role, metadata, ...imported } = member;
    const here = isNew
      ? undefined
      : await ports.teams.findMember(ctx.tenantId, row.id, team.id, user_id);
    await enter(run, {
      entry: { kind: "team_memberships", organization: row.slug, name: `${team.name}/${user_id}` },
      place: `${place}/members/${index}`,
      isInNewOrganization: isNew,
      wanted: member,
      here: here && toTeamMemberRow(here),
      insert: async () => {
        const input = { user_id, role, metadata, imported };
        await insertTeamMember(run.mutation, locked, team.id, input);
      },
    });
  }
}
