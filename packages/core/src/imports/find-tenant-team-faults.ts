import type { FieldFault } from "../errors.ts";
import { pointer } from "../input.ts";
import { nameKey } from "../normalization.ts";
import { maximumTeamDepth } from "../teams/teams.schema.ts";
import { claim, listAt, type Path, textAt } from "./fault-finding.ts";

/**
 * Reports duplicate teams, parents that do not exist or form a cycle, teams nested too deeply, and team members who
 * are not members of the organization.
 */
export function findTeamFaults(
  organization: unknown,
  path: Path,
  members: ReadonlySet<string>,
  faults: FieldFault[],
): void {
  const teams = listAt(organization, "teams");
  const ids = new Map<string, Path>();
  const names = new Map<string, Path>();
  const parents = new Map<string, string | undefined>();
  teams.forEach((team, index) => {
    const at = [...path, "teams", index];
    const [id, name] = [textAt(team, "id"), textAt(team, "name")];
    if (id !== undefined) {
      claim(ids, id, id, [...at, "id"], faults);
      parents.set(id, textAt(team, "parent_team_id"));
    }
    if (name !== undefined) claim(names, nameKey(name.trim()), name, [...at, "name"], faults);
    findStrangers(team, at, members, faults);
  });
  teams.forEach((team, index) => {
    const detail = faultOfPlace(textAt(team, "id"), parents);
    if (detail === undefined) return;
    faults.push({ pointer: pointer([...path, "teams", index, "parent_team_id"]), detail });
  });
}

function faultOfPlace(
  id: string | undefined,
  parents: ReadonlyMap<string, string | undefined>,
): string | undefined {
  let depth = 0;
  for (let at = id; at !== undefined; at = parents.get(at)) {
    if (!parents.has(at)) return `names ${at}, which is not among the organization's teams`;
    depth += 1;
    if (depth > maximumTeamDepth) {
      return `is nested deeper than ${maximumTeamDepth} teams, or inside itself; put it further up`;
    }
  }
  return undefined;
}

function findStrangers(
  team: unknown,
  path: Path,
  members: ReadonlySet<string>,
  faults: FieldFault[],
): void {
  const taken = new Map<string, Path>();
  listAt(team, "members").forEach((member, index) => {
    const userId = textAt(member, "user_id");
    if (userId === undefined) return;
    const at = [...path, "members", index, "user_id"];
    claim(taken, userId, userId, at, faults);
    if (members.has(userId)) return;
    const detail = `names ${userId}, who is not among the organization's memberships`;
    faults.push({ pointer: pointer(at), detail });
  });
}
