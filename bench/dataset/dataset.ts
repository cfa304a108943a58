import { datasetEpochMs, makeTimeOrderedId, seededRandom } from "./ids.ts";

export type DatasetUser = { id: string; name: string; email: string; createdAtMs: number };
export type DatasetOrganization = {
  id: string;
  name: string;
  slug: string;
  domain: string;
  billingEmail: string;
  createdAtMs: number;
};
export type DatasetRole = "owner" | "admin" | "member";
export type DatasetMembership = {
  id: string;
  organization: number;
  user: number;
  role: DatasetRole;
  createdAtMs: number;
};
export type Dataset = {
  users: DatasetUser[];
  organizations: DatasetOrganization[];
  memberships: DatasetMembership[];
};

export const organizationCount = 10_000;
export const userCount = 10_000;
export const organizationsPerUser = 10;
/** The index of the organization whose 5,000 members are paged. */
export const largeOrganization = 0;
export const largeOrganizationMembers = 5_000;

const dayMs = 86_400_000;
const firstParts = ["Amber", "Birch", "Cobalt", "Delta", "Ember", "Fjord", "Granite", "Harbor"];
const secondParts = ["Analytics", "Freight", "Health", "Labs", "Logistics", "Media", "Robotics"];

/**
 * 10,000 organizations, 10,000 users, 100,000 memberships: every user is in ten
 * organizations, one organization has 5,000 members and the others nine or ten.
 * Every side has this data, so that none has easier questions.
 */
export function makeDataset(): Dataset {
  const random = seededRandom(20_260_101);
  const users = Array.from({ length: userCount }, (_, index) => makeUser(index, random));
  const organizations = Array.from({ length: organizationCount }, (_, index) =>
    makeOrganization(index, random),
  );
  return { users, organizations, memberships: makeMemberships(random) };
}

function makeUser(index: number, random: () => number): DatasetUser {
  const createdAtMs = datasetEpochMs + index * 60_000;
  return {
    id: makeTimeOrderedId("user", createdAtMs, random),
    name: `Robin Example ${index}`,
    email: `robin.example.${index}@company-${index % 997}.example`,
    createdAtMs,
  };
}

function makeOrganization(index: number, random: () => number): DatasetOrganization {
  const createdAtMs = datasetEpochMs + 30 * dayMs + index * 60_000;
  const first = firstParts[index % firstParts.length];
  const second = secondParts[index % secondParts.length];
  return {
    id: makeTimeOrderedId("org", createdAtMs, random),
    name: `${first} ${second} ${index}`,
    slug: `${first}-${second}-${index}`.toLowerCase(),
    domain: `org-${index}.example`,
    billingEmail: `billing@org-${index}.example`,
    createdAtMs,
  };
}

/**
 * The pairs are shuffled, because in reality users do not join in the order of their ids. Rows
 * that lie on disk in the order of a list would make every side too fast.
 */
function makeMemberships(random: () => number): DatasetMembership[] {
  const pairs = shuffle(makePairs(), random);
  const owned = new Set<number>();
  return pairs.map(([user, organization], index) => {
    const createdAtMs = datasetEpochMs + 60 * dayMs + index * 1_000;
    const role = pickRole(owned, organization, random);
    return {
      id: makeTimeOrderedId("mem", createdAtMs, random),
      organization,
      user,
      role,
      createdAtMs,
    };
  });
}

/** The strides are coprime to the number of organizations, so no user gets one twice. */
function makePairs(): [number, number][] {
  const pairs: [number, number][] = [];
  const others = organizationCount - 1;
  for (let user = 0; user < userCount; user += 1) {
    const isInLarge = user < largeOrganizationMembers;
    if (isInLarge) pairs.push([user, largeOrganization]);
    const rest = isInLarge ? organizationsPerUser - 1 : organizationsPerUser;
    for (let turn = 0; turn < rest; turn += 1) {
      pairs.push([user, 1 + ((user * 7 + turn * 1_123) % others)]);
    }
  }
  return pairs;
}

function pickRole(owned: Set<number>, organization: number, random: () => number): DatasetRole {
  if (!owned.has(organization)) {
    owned.add(organization);
    return "owner";
  }
  return random() % 4 === 0 ? "admin" : "member";
}

function shuffle<Item>(items: Item[], random: () => number): Item[] {
  for (let last = items.length - 1; last > 0; last -= 1) {
    const other = random() % (last + 1);
    [items[last], items[other]] = [items[other] as Item, items[last] as Item];
  }
  return items;
}
