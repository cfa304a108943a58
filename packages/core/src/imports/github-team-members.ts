import { isDeepStrictEqual } from "node:util";
import { usernameKey } from "../normalization.ts";
import { changeTeamMember, insertTeamMember } from "../teams/team-members.ts";
import type { TeamMember } from "../teams/teams.schema.ts";
import type { TeamRecord } from "../teams/teams.store.ts";
import type { GithubOrganization, GithubTeam } from "./github-file.schema.ts";
import { githubKey, type KeptFields, keepPlace, keptPlaceOf } from "./github-metadata.ts";
import type { People, Person } from "./github-people.ts";
import type { ImportedOrganization, ImportRun } from "./import-run.ts";
import { keepPositions } from "./list-positions.ts";
import { readEveryPage } from "./read-every-page.ts";

interface AtTeam {
  readonly run: ImportRun;
  readonly organization: ImportedOrganization<GithubOrganization>;
  readonly people: People;
  readonly team: TeamRecord;
  readonly isNew: boolean;
}

const lists = [
  ["maintainers", "maintainer"],
  ["members", "member"],
] as const;

/** Imports the maintainers and members of a team. */
export async function importTeamMembers(at: AtTeam, raw: GithubTeam, place: string): Promise<void> {
  const { run, organization, people } = at;
  const present = await presentPlaces(at);
  const named = new Set<string>();
  for (const [list, role] of lists) {
    const entries = (raw[list] ?? []).map((login) => {
      const person = people.get(usernameKey(login)) as Person;
      named.add(person.id);
      return { login, person, before: present.get(person.id) };
    });
    const positions = keepPositions(
      entries.map(({ before }) =>
        before?.role === role ? keptPlaceOf(before.metadata).position : undefined,
      ),
    );
    for (const [index, { login, person, before }] of entries.entries()) {
      run.place = `${place}/${list}/${index}`;
      const kept = keepPlace(login, person.username, positions[index] as number);
      const outcome = await importPlace(at, person, role, kept, before);
      run.recorder.record(outcome, entryOf(at, login), organization.isNew);
    }
  }
  run.place = place;
  await prunePlaces(
    at,
    [...present.values()].filter(({ user_id }) => !named.has(user_id)),
  );
}

async function presentPlaces(at: AtTeam): Promise<ReadonlyMap<string, TeamMember>> {
  if (at.isNew) return new Map();
  const { ctx, ports } = at.run.mutation;
  const places = await readEveryPage<TeamMember>((page) =>
    ports.teams.listMembers(ctx.tenantId, at.team.organization_id, at.team.id, page),
  );
  return new Map(places.map((place) => [place.user_id, place]));
}

async function importPlace(
  { run, organization, team }: AtTeam,
  person: Person,
  role: TeamMember["role"],
  kept: KeptFields,
  before: TeamMember | undefined,
): Promise<"created" | "updated" | "unchanged"> {
  const { mutation } = run;
  const { locked } = organization;
  if (before === undefined) {
    const metadata = { [githubKey]: kept };
    await insertTeamMember(mutation, locked, team.id, { user_id: person.id, role, metadata });
    return "created";
  }
  const metadata = { ...before.metadata, [githubKey]: kept };
  if (before.role === role && isDeepStrictEqual(metadata, before.metadata)) return "unchanged";
  const after = {
    ...before,
    role,
    metadata,
    revision: locked.record.revision,
    updated_at: mutation.now,
  };
  await changeTeamMember(mutation, locked, before, after);
  return "updated";
}

async function prunePlaces(at: AtTeam, places: readonly TeamMember[]): Promise<void> {
  const { run, organization } = at;
  const { ctx, ports } = run.mutation;
  for (const before of places) {
    // People who are not active members stay in the team: the format does not cover them.
    const { organization_id, user_id } = before;
    const membership = await ports.members.find(ctx.tenantId, organization_id, user_id);
    if (membership?.status !== "active") continue;
    const user = await ports.users.find(ctx.tenantId, user_id);
    const entry = entryOf(at, user?.username ?? user?.email ?? user_id);
    if (run.isPruning) {
      await changeTeamMember(run.mutation, organization.locked, before, null);
      run.recorder.record("removed", entry, false);
    } else run.recorder.notInFile(entry);
  }
}

function entryOf({ organization, team }: AtTeam, login: string) {
  const name = `${team.name}/${login}`;
  return { kind: "team_memberships", organization: organization.locked.record.slug, name } as const;
}
