import { expect, test } from "vitest";
import { makeImportData } from "./import-data.ts";

const { organizations } = makeImportData();
type Team = (typeof organizations)[number]["teams"][number];

function depthOf(team: Team): number {
  return 1 + Math.max(0, ...team.teams.map(depthOf));
}

function countTeams(teams: Team[]): number {
  return teams.reduce((count, team) => count + 1 + countTeams(team.teams), 0);
}

test("makes up as many as the real project has", () => {
  const people = organizations.flatMap(({ admins, members }) => [...admins, ...members]);
  expect(organizations).toHaveLength(8);
  expect(people).toHaveLength(2_666);
  expect(new Set(people).size).toBe(1_509);
  expect(organizations.reduce((count, { teams }) => count + countTeams(teams), 0)).toBe(766);
});

test("nests teams three deep and no deeper, with nobody twice in one list", () => {
  const depths = organizations.flatMap(({ teams }) => teams.map(depthOf));
  expect(Math.max(...depths)).toBe(3);
  for (const { admins, members } of organizations) {
    expect(new Set([...admins, ...members]).size).toBe(admins.length + members.length);
  }
});
