import { isDeepStrictEqual } from "node:util";
import { newId } from "../ids.ts";
import { nameKey } from "../normalization.ts";
import { insertTeam } from "../teams/team-record.ts";
import type { TeamRecord } from "../teams/teams.store.ts";
import { changeTeam, dropTeam } from "../teams/teams.ts";
import type { GithubOrganization, GithubTeam } from "./github-file.schema.ts";
import { githubKey, type KeptFields, keepTeam, keptOf, nameOf } from "./github-metadata.ts";
import type { People } from "./github-people.ts";
import { importTeamMembers } from "./github-team-members.ts";
import type { ImportedOrganization, ImportRun } from "./import-run.ts";
import { keepPositions } from "./list-positions.ts";

type Imported = ImportedOrganization<GithubOrganization>;

/** Imports the teams of an organization, parents first. */
export async function importTeams(
  run: ImportRun,
  organization: Imported,
  people: People,
): Promise<void> {
  const { ctx, ports } = run.mutation;
  const teams = organization.isNew
    ? []
    : await ports.teams.all(ctx.tenantId, organization.locked.record.id);
  const present = matchTeams(organization.raw.teams ?? [], teams);
  const inside = { run, organization, people, present };
  await importSiblings(inside, organization.raw.teams ?? [], null, `${organization.pointer}/teams`);
  const kept = new Set([...present.values()].map((team) => team.id));
  await pruneTeams(
    run,
    organization,
    teams.filter((team) => !kept.has(team.id)),
  );
}

interface Inside {
  readonly run: ImportRun;
  readonly organization: Imported;
  readonly people: People;
  readonly present: ReadonlyMap<GithubTeam, TeamRecord>;
}

/** The existing team for a team of the file: by its name, or by a former name (`previously`). */
function matchTeams(
  raw: readonly GithubTeam[],
  teams: readonly TeamRecord[],
): ReadonlyMap<GithubTeam, TeamRecord> {
  const byKey = new Map(teams.map((team) => [team.name_key, team]));
  const wanted = flatten(raw);
  const matches = new Map<GithubTeam, TeamRecord>();
  for (const team of wanted) {
    const found = byKey.get(keyOf(team.name));
    if (found !== undefined) matches.set(team, found);
  }
  for (const { name_key } of matches.values()) byKey.delete(name_key);
  for (const team of wanted) {
    if (matches.has(team)) continue;
    const former = (team.previously ?? []).map(keyOf).find((key) => byKey.has(key));
    const found = former === undefined ? undefined : byKey.get(former);
    if (found === undefined) continue;
    matches.set(team, found);
    byKey.delete(found.name_key);
  }
  return matches;
}

function keyOf(name: string): string {
  return nameKey(name.normalize("NFC").trim());
}

function flatten(teams: readonly GithubTeam[]): readonly GithubTeam[] {
  return teams.flatMap((team) => [team, ...flatten(team.teams ?? [])]);
}

async function importSiblings(
  inside: Inside,
  siblings: readonly GithubTeam[],
  parent: TeamRecord | null,
  pointer: string,
): Promise<void> {
  const { run, organization, people, present } = inside;
  const positions = keepPositions(
    siblings.map((raw) => {
      const before = present.get(raw);
      const isHere = before?.parent_team_id === (parent?.id ?? null);
      return before !== undefined && isHere ? keptOf(before.metadata)?.position : undefined;
    }),
  );
  for (const [index, raw] of siblings.entries()) {
    const place = `${pointer}/${index}`;
    run.place = place;
    const kept = keepTeam(raw, positions[index] as number);
    const before = present.get(raw);
    const team =
      before === undefined
        ? await addTeam(inside, raw, parent, kept)
        : await updateTeam(inside, raw, parent, kept, before.id);
    const at = { run, organization, people, team, isNew: before === undefined };
    await importTeamMembers(at, raw, place);
    await importSiblings(inside, raw.teams ?? [], team, `${place}/teams`);
  }
}

async function addTeam(
  { run, organization }: Inside,
  raw: GithubTeam,
  parent: TeamRecord | null,
  kept: KeptFields,
): Promise<TeamRecord> {
  const { mutation } = run;
  const { id, revision } = organization.locked.record;
  const name = nameOf(raw.name);
  const team: TeamRecord = {
    id: newId("team"),
    tenant_id: mutation.ctx.tenantId,
    organization_id: id,
    parent_team_id: parent?.id ?? null,
    name,
    description: raw.description ?? null,
    roles: [],
    metadata: { [githubKey]: kept },
    revision,
    created_at: mutation.now,
    updated_at: mutation.now,
    name_key: nameKey(name),
    depth: (parent?.depth ?? 0) + 1,
  };
  await insertTeam(mutation, organization.locked, team, []);
  run.recorder.record("created", entryOf(organization, name), organization.isNew);
  return team;
}

async function updateTeam(
  { run, organization }: Inside,
  raw: GithubTeam,
  parent: TeamRecord | null,
  kept: KeptFields,
  id: string,
): Promise<TeamRecord> {
  const { mutation } = run;
  const name = nameOf(raw.name);
  // Read again, because it may have moved together with a parent.
  const before = await readTeam(run, organization, id);
  const after: TeamRecord = {
    ...before,
    parent_team_id: parent?.id ?? null,
    name,
    name_key: nameKey(name),
    description: raw.description ?? null,
    metadata: { ...before.metadata, [githubKey]: kept },
  };
  const isSame = isDeepStrictEqual(before, after);
  if (!isSame) await changeTeam(mutation, organization.locked, before, after, null);
  run.recorder.record(isSame ? "unchanged" : "updated", entryOf(organization, name), false);
  return isSame ? before : await readTeam(run, organization, id);
}

async function readTeam(run: ImportRun, organization: Imported, id: string): Promise<TeamRecord> {
  const { ctx, ports } = run.mutation;
  const team = await ports.teams.find(ctx.tenantId, organization.locked.record.id, id);
  if (team === undefined)
    throw new Error(`Team ${id} was read and is gone in the same transaction`);
  return team;
}

/** Reports teams that are not in the file and, where the import prunes, deletes them, innermost first. */
async function pruneTeams(
  run: ImportRun,
  organization: Imported,
  teams: readonly TeamRecord[],
): Promise<void> {
  run.place = `${organization.pointer}/teams`;
  for (const { id, name } of teams.toSorted((a, b) => b.depth - a.depth)) {
    const entry = entryOf(organization, name);
    if (run.isPruning) {
      await dropTeam(run.mutation, organization.locked, await readTeam(run, organization, id));
      run.recorder.record("removed", entry, false);
    } else run.recorder.notInFile(entry);
  }
}

function entryOf(organization: Imported, name: string) {
  return { kind: "teams", organization: organization.locked.record.slug, name } as const;
}
