import { type Dataset, largeOrganization, largeOrganizationMembers } from "./dataset.ts";

export type CheckQuestion = { userId: string; organizationId: string };
/** The questions for every side, over HTTP and in process, in the same order. */
export type Questions = {
  checks: CheckQuestion[];
  /** Each is in ten organizations. */
  listers: string[];
  pages: { userId: string; organizationId: string; offsets: number[] };
  /** Enough users that no user's list of organizations grows long during a run. */
  creators: string[];
};

export const pageSize = 50;

/** Spreads the questions over all of the data, so that they do not ask for neighbouring rows. */
export function pickQuestions(dataset: Dataset, count: number): Questions {
  const memberships = pickSpread(dataset.memberships, count);
  const users = pickSpread(dataset.users, count * 2).map((user) => user.id);
  const firstMember = dataset.memberships.find((row) => row.organization === largeOrganization);
  const pageCount = largeOrganizationMembers / pageSize;
  return {
    checks: memberships.map((row) => ({
      userId: dataset.users[row.user]?.id ?? "",
      organizationId: dataset.organizations[row.organization]?.id ?? "",
    })),
    listers: users.filter((_, index) => index % 2 === 0),
    pages: {
      userId: dataset.users[firstMember?.user ?? 0]?.id ?? "",
      organizationId: dataset.organizations[largeOrganization]?.id ?? "",
      offsets: Array.from({ length: pageCount }, (_, page) => ((page * 37) % pageCount) * pageSize),
    },
    creators: users.filter((_, index) => index % 2 === 1),
  };
}

function pickSpread<Item>(items: Item[], count: number): Item[] {
  const step = items.length / count;
  return Array.from({ length: count }, (_, index) => items[Math.floor(index * step)] as Item);
}
