import type { FieldFault } from "../errors.ts";
import { inputFaults, parsing, pointer, unstorableFaults } from "../input.ts";
import { nameKey, usernameKey } from "../normalization.ts";
import { maximumTeamDepth } from "../teams/teams.schema.ts";
import { claim, fieldOf, listAt, maximumFileDepth, type Path, textAt } from "./fault-finding.ts";
import { githubFileSchema } from "./github-file.schema.ts";

/**
 * Every fault within a file of GitHub organizations, with its place: wrong types, missing fields and conflicts
 * between entries. Values of a wrong type do not stop the search, so that one fault does not hide another.
 */
export function findGithubFaults(data: unknown): FieldFault[] {
  const unstorable = unstorableFaults(data, maximumFileDepth);
  if (unstorable.length > 0) return unstorable;
  const parsed = githubFileSchema.safeParse(data, parsing);
  const faults = parsed.success ? [] : inputFaults(parsed.error);
  const organizations = listAt(data, "organizations");
  findBesideOrganizations(data, faults);
  const logins = new Map<string, Path>();
  const names = new Map<string, Path>();
  organizations.forEach((organization, index) => {
    const path = ["organizations", index];
    const login = textAt(organization, "login");
    const name = textAt(organization, "name");
    if (login !== undefined) claim(logins, login.toLowerCase(), login, [...path, "login"], faults);
    if (name !== undefined) claim(names, nameKey(name.trim()), name, [...path, "name"], faults);
    findOrganizationFaults(organization, path, faults);
  });
  return faults;
}

/** What the file has besides its organizations is kept with each organization. */
function findBesideOrganizations(data: unknown, faults: FieldFault[]): void {
  if (typeof data !== "object" || data === null) return;
  const { organizations: _, ...beside } = data as Record<string, unknown>;
  const most = 8 * 1024;
  if (jsonBytes(beside) <= most) return;
  const detail = `has fields beside "organizations" of more than ${most / 1024} KiB as JSON; shorten them`;
  faults.push({ pointer: "", detail });
}

function findOrganizationFaults(organization: unknown, path: Path, faults: FieldFault[]): void {
  findExcess(organization, path, faults);
  const people = new Map<string, Path>();
  for (const list of ["admins", "members"]) claimLogins(organization, list, path, people, faults);
  const isComplete = ["admins", "members"].every((list) => isLoginList(organization, list));
  const teams = new Map<string, Path>();
  walkTeams(organization, path, 1, (team, at, depth) => {
    if (depth > maximumTeamDepth) {
      const detail = `is nested deeper than ${maximumTeamDepth} teams; put it further up`;
      faults.push({ pointer: pointer(at), detail });
      return false;
    }
    findExcess(team, at, faults);
    const name = textAt(team, "name");
    if (name !== undefined) claim(teams, nameKey(name.trim()), name, [...at, "name"], faults);
    const places = new Map<string, Path>();
    for (const list of ["maintainers", "members"]) claimLogins(team, list, at, places, faults);
    if (isComplete) findStrangers(places, people, faults);
    return true;
  });
}

/** Everything but the lists becomes metadata and must fit its size limit, with some room for what the import adds. */
function findExcess(entry: unknown, path: Path, faults: FieldFault[]): void {
  if (typeof entry !== "object" || entry === null) return;
  const lists = ["admins", "maintainers", "members", "teams"];
  const fields = Object.entries(entry).filter(([key]) => !lists.includes(key));
  if (jsonBytes(Object.fromEntries(fields)) <= mostBytes) return;
  const detail = `has fields of more than ${mostBytes / 1024} KiB as JSON; shorten them`;
  faults.push({ pointer: pointer(path), detail });
}

const mostBytes = 48 * 1024;

function jsonBytes(value: unknown): number {
  return Buffer.byteLength(JSON.stringify(value));
}

function claimLogins(
  entry: unknown,
  list: string,
  path: Path,
  taken: Map<string, Path>,
  faults: FieldFault[],
): void {
  listAt(entry, list).forEach((login, index) => {
    if (typeof login !== "string") return;
    claim(taken, usernameKey(login), login, [...path, list, index], faults);
  });
}

function findStrangers(
  places: ReadonlyMap<string, Path>,
  people: ReadonlyMap<string, Path>,
  faults: FieldFault[],
): void {
  for (const [key, path] of places) {
    if (people.has(key)) continue;
    const organization = pointer(path.slice(0, 2));
    const detail = `names somebody who is not in the organization; add them to ${organization}/members`;
    faults.push({ pointer: pointer(path), detail });
  }
}

/** Visits each team before the teams inside it, and descends where `visit` returns true. */
function walkTeams(
  entry: unknown,
  path: Path,
  depth: number,
  visit: (team: unknown, path: Path, depth: number) => boolean,
): void {
  listAt(entry, "teams").forEach((team, index) => {
    const at = [...path, "teams", index];
    if (visit(team, at, depth)) walkTeams(team, at, depth + 1, visit);
  });
}

function isLoginList(entry: unknown, key: string): boolean {
  const value = fieldOf(entry, key);
  return (
    value === undefined || (Array.isArray(value) && value.every((one) => typeof one === "string"))
  );
}
