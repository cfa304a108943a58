import { pageSize, type Questions } from "../dataset/questions.ts";
import type { LoadRequest } from "../load/load.ts";
import type { Operation } from "./in-process.ts";
import type { OpenAnswer } from "./server.ts";

const base = "/api/auth/organization";

/** The four questions as Better Auth's client sends them: with both cookies and the page's origin. */
export function makePeerRequests(
  questions: Questions,
  { origin, signedIn }: OpenAnswer,
): Record<Operation, LoadRequest[]> {
  const cookies = new Map(signedIn.map((session) => [session.userId, session.cookie]));
  const headersOf = (userId: string) => ({ cookie: cookies.get(userId) ?? "", origin });
  const get = (path: string, userId: string): LoadRequest => ({
    method: "GET",
    path: base + path,
    headers: headersOf(userId),
  });
  const post = (path: string, userId: string, body: object): LoadRequest => ({
    method: "POST",
    path: base + path,
    headers: { ...headersOf(userId), "content-type": "application/json" },
    body: JSON.stringify(body),
  });
  const { checks, listers, pages, creators } = questions;
  return {
    check: checks.map(({ userId, organizationId }) =>
      post("/has-permission", userId, { organizationId, permissions: { member: ["create"] } }),
    ),
    list: listers.map((userId) => get("/list", userId)),
    page: pages.offsets.map((offset) => {
      const place = `limit=${pageSize}&offset=${offset}&sortBy=createdAt`;
      return get(`/list-members?organizationId=${pages.organizationId}&${place}`, pages.userId);
    }),
    // Making it the active organization would be a second write, which ours does not have.
    create: creators.map((userId) =>
      post("/create", userId, {
        name: "Over HTTP {turn}",
        slug: "over-http-{turn}",
        keepCurrentActiveOrganization: true,
      }),
    ),
  };
}
