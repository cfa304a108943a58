import type { Auth } from "better-auth";
import { pageSize, type Questions } from "../dataset/questions.ts";
import { measureRateOfCallers } from "../harness/rate.ts";
import type { SignedIn } from "./sessions.ts";

export type Operation = "check" | "list" | "page" | "create";
type Ask = (turn: number) => Promise<unknown>;

/** The same four questions through `auth.api`, without HTTP. Measures calls per second. */
export async function measureInProcess(
  auth: Auth,
  operation: Operation,
  questions: Questions,
  signedIn: SignedIn[],
  durationMs: number,
): Promise<number> {
  const cookies = new Map(signedIn.map((session) => [session.userId, session.cookie]));
  const headersOf = (userId: string) => new Headers({ cookie: cookies.get(userId) ?? "" });
  return await measureRateOfCallers(makeAsk(auth, operation, questions, headersOf), 1, durationMs);
}

function makeAsk(
  auth: Auth,
  operation: Operation,
  questions: Questions,
  headersOf: (userId: string) => Headers,
): Ask {
  if (operation === "check") return askCheck(auth, questions, headersOf);
  if (operation === "list") return askList(auth, questions, headersOf);
  if (operation === "page") return askPage(auth, questions, headersOf);
  return askCreate(auth, questions, headersOf);
}

type AskMaker = (auth: Auth, questions: Questions, headersOf: (userId: string) => Headers) => Ask;

const askCheck: AskMaker = (auth, { checks }, headersOf) => {
  const calls = checks.map(({ userId, organizationId }) => ({
    headers: headersOf(userId),
    body: { organizationId, permissions: { member: ["create"] } },
  }));
  return (turn) => auth.api.hasPermission(pick(calls, turn));
};

const askList: AskMaker = (auth, { listers }, headersOf) => {
  const calls = listers.map((userId) => ({ headers: headersOf(userId) }));
  return (turn) => auth.api.listOrganizations(pick(calls, turn));
};

const askPage: AskMaker = (auth, { pages }, headersOf) => {
  const headers = headersOf(pages.userId);
  const calls = pages.offsets.map((offset) => ({
    headers,
    query: { organizationId: pages.organizationId, limit: pageSize, offset, sortBy: "createdAt" },
  }));
  return (turn) => auth.api.listMembers(pick(calls, turn));
};

const askCreate: AskMaker = (auth, { creators }, headersOf) => {
  const headers = creators.map(headersOf);
  const run = Date.now().toString(36);
  return (turn) =>
    auth.api.createOrganization({
      headers: pick(headers, turn),
      body: {
        name: `In process ${run} ${turn}`,
        slug: `in-process-${run}-${turn}`,
        keepCurrentActiveOrganization: true,
      },
    });
};

function pick<Item>(items: Item[], turn: number): Item {
  return items[turn % items.length] as Item;
}
