import type { Member } from "../members/members.schema.ts";
import { usernameKey } from "../normalization.ts";
import type { Organization } from "../organizations/organizations.schema.ts";
import type { Ports } from "../store.ts";
import type { TeamMember } from "../teams/teams.schema.ts";
import type { TeamRecord } from "../teams/teams.store.ts";
import type { ExportTarget } from "./exports.ts";
import { listOf } from "./github-members.ts";
import {
  keptOf,
  keptPlaceOf,
  renderLogin,
  renderOrganization,
  renderTeam,
} from "./github-metadata.ts";
import { readEveryPage } from "./read-every-page.ts";

/**
 * Writes the organizations of a tenant as one file of GitHub organizations. What was imported and not changed since
 * is written as it was. Only active members are included, because the format has no others.
 */
export async function exportGithub(
  ports: Ports,
  tenantId: string,
  target: ExportTarget,
): Promise<void> {
  const organizations = (
    await readEveryPage<Organization>((page) => ports.organizations.list(tenantId, {}, page))
  ).toSorted(
    byPosition(
      (one) => keptOf(one.metadata)?.position,
      (one) => one.slug,
    ),
  );
  const file = Object.assign(
    {},
    ...organizations.map((one) => keptOf(one.metadata)?.file).reverse(),
  );
  const head = Object.entries(file).map(
    ([key, value]) => ` ${JSON.stringify(key)}: ${json(value, 1)},\n`,
  );
  await target.write(`{\n${head.join("")} "organizations": [`);
  for (const [index, organization] of organizations.entries()) {
    const rendered = await readOrganization(ports, tenantId, organization, target);
    await target.write(`${index === 0 ? "" : ","}\n  ${json(rendered, 2)}`);
  }
  await target.write(organizations.length === 0 ? "]\n}\n" : "\n ]\n}\n");
}

/** Formats JSON at a nesting depth, each level indented by one space. */
function json(value: unknown, depth: number): string {
  return JSON.stringify(value, null, 1).replaceAll("\n", `\n${" ".repeat(depth)}`);
}

async function readOrganization(
  ports: Ports,
  tenantId: string,
  organization: Organization,
  target: ExportTarget,
): Promise<Record<string, unknown>> {
  const all = await readEveryPage<Member>((page) =>
    ports.members.list(tenantId, organization.id, { status: "active" }, page),
  );
  const people = new Map(all.map((member) => [member.user_id, member]));
  const teams = await ports.teams.all(tenantId, organization.id);
  const places = new Map<string, readonly TeamMember[]>();
  for (const team of teams) {
    const found = await readEveryPage<TeamMember>((page) =>
      ports.teams.listMembers(tenantId, organization.id, team.id, page),
    );
    places.set(
      team.id,
      found.filter(({ user_id }) => people.has(user_id)),
    );
  }
  target.count("organizations", 1);
  target.count("memberships", all.length);
  target.count("teams", teams.length);
  target.count("team_memberships", [...places.values()].flat().length);
  const inside = Map.groupBy(teams, (team) => team.parent_team_id);
  return renderOrganization(organization, {
    admins: loginsOf(
      all.filter((member) => listOf(member) === "admins"),
      people,
    ),
    members: loginsOf(
      all.filter((member) => listOf(member) === "members"),
      people,
    ),
    teams: renderTeams(null, { inside, places, people }),
  });
}

type People = ReadonlyMap<string, Member>;

interface TeamTree {
  readonly inside: ReadonlyMap<string | null, readonly TeamRecord[]>;
  readonly places: ReadonlyMap<string, readonly TeamMember[]>;
  readonly people: People;
}

function renderTeams(parentId: string | null, tree: TeamTree): Record<string, unknown>[] {
  const siblings = tree.inside.get(parentId) ?? [];
  return siblings
    .toSorted(
      byPosition(
        (team) => keptOf(team.metadata)?.position,
        (team) => team.name_key,
      ),
    )
    .map((team) => {
      const places = tree.places.get(team.id) ?? [];
      const having = (role: TeamMember["role"]) => places.filter((place) => place.role === role);
      return renderTeam(team, {
        maintainers: loginsOf(having("maintainer"), tree.people),
        members: loginsOf(having("member"), tree.people),
        teams: renderTeams(team.id, tree),
      });
    });
}

type Place = Pick<Member, "user_id" | "metadata">;

function loginsOf(places: readonly Place[], people: People): string[] {
  const logins = places.flatMap(({ user_id, metadata }) => {
    const user = people.get(user_id)?.user;
    if (user === undefined) return [];
    const kept = keptPlaceOf(metadata);
    return [{ position: kept.position, login: renderLogin(kept, user) }];
  });
  return logins
    .toSorted(
      byPosition(
        (one) => one.position,
        (one) => usernameKey(one.login),
      ),
    )
    .map(({ login }) => login);
}

/** Sorts by position; entries without one come last, ordered by key. */
function byPosition<T>(
  positionOf: (one: T) => number | undefined,
  keyOf: (one: T) => string,
): (a: T, b: T) => number {
  return (a, b) => {
    const [first, second] = [positionOf(a) ?? Infinity, positionOf(b) ?? Infinity];
    if (first !== second) return first - second;
    return keyOf(a) < keyOf(b) ? -1 : 1;
  };
}
