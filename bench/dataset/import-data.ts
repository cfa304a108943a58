import { existsSync, readFileSync } from "node:fs";
import path from "node:path";
import { seededRandom } from "./ids.ts";

/** A file beside the repository, if it exists: the organizations of a real project. */
const usualFile = path.resolve(
  import.meta.dirname,
  "../../../shared/data/kubernetes-organizations.json",
);

/** The data with which the server's memory is measured: a file of GitHub organizations, or generated ones of the same shape. */
export function readImportData(file: string | undefined): unknown {
  const chosen = file ?? (existsSync(usualFile) ? usualFile : undefined);
  return chosen === undefined ? makeImportData() : JSON.parse(readFileSync(chosen, "utf8"));
}

type ImportTeam = {
  name: string;
  description: string;
  privacy: string;
  maintainers: string[];
  members: string[];
  teams: ImportTeam[];
};
type ImportOrganization = {
  login: string;
  name: string;
  description: string;
  admins: string[];
  members: string[];
  teams: ImportTeam[];
};

const personCount = 1_509;
const adminsEach = 10;
/** The numbers of members, including admins, and of teams in each organization. */
const sizes = [
  { people: 1_200, teams: 350 },
  { people: 700, teams: 200 },
  { people: 300, teams: 90 },
  { people: 200, teams: 60 },
  { people: 120, teams: 35 },
  { people: 80, teams: 20 },
  { people: 50, teams: 8 },
  { people: 16, teams: 3 },
];

/** Eight organizations, 1,509 people, 2,666 memberships, 766 teams nested up to three deep. */
export function makeImportData(): { organizations: ImportOrganization[] } {
  const random = seededRandom(20_260_801);
  let next = 0;
  return {
    organizations: sizes.map(({ people, teams }, index) => {
      // Each list continues where the previous one ended, so that everybody is in one and many are in two.
      const logins = Array.from({ length: people }, () => `person-${next++ % personCount}`);
      return {
        login: `organization-${index}`,
        name: `Organization ${index}`,
        description: "An organization that was made up for the bench",
        admins: logins.slice(0, adminsEach),
        members: logins.slice(adminsEach),
        teams: makeTeams(teams, logins, random),
      };
    }),
  };
}

/** Every fourth team is at the top. The next team is inside it, and the two after that are inside the second. */
function makeTeams(count: number, logins: string[], random: () => number): ImportTeam[] {
  const top: ImportTeam[] = [];
  for (let index = 0; index < count; index += 1) {
    const team = makeTeam(index, logins, random);
    const depth = Math.min(index % 4, 2);
    let siblings = top;
    for (let level = 0; level < depth; level += 1) siblings = siblings.at(-1)?.teams ?? siblings;
    siblings.push(team);
  }
  return top;
}

function makeTeam(index: number, logins: string[], random: () => number): ImportTeam {
  const first = random() % logins.length;
  const people = Array.from(
    { length: Math.min(logins.length, 4 + (random() % 8)) },
    (_, turn) => logins[(first + turn) % logins.length] ?? "",
  );
  return {
    name: `team-${index}`,
    description: "A team that was made up for the bench",
    privacy: "closed",
    maintainers: people.slice(0, 1),
    members: people.slice(1),
    teams: [],
  };
}
