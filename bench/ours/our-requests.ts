import type { Operation } from "../better-auth/in-process.ts";
import { type CheckQuestion, pageSize, type Questions } from "../dataset/questions.ts";
import type { LoadRequest } from "../load/load.ts";
import type { SignedIn } from "./server.ts";

/**
 * The four questions to our server, each equivalent to the peer's. Pages are requested by offset and with the
 * total, because the peer does both for every page.
 */
export function makeOurRequests(
  questions: Questions,
  signedIn: SignedIn[],
): Record<Operation, LoadRequest[]> {
  const headersOf = headersBy(signedIn);
  const get = (path: string, userId: string): LoadRequest => ({
    method: "GET",
    path: `/api/v1${path}`,
    headers: headersOf(userId),
  });
  const post = (path: string, userId: string, body: object): LoadRequest => ({
    method: "POST",
    path: `/api/v1${path}`,
    headers: { ...headersOf(userId), "content-type": "application/json" },
    body: JSON.stringify(body),
  });
  const { checks, listers, pages, creators } = questions;
  return {
    check: makeCheckRequests(checks, signedIn),
    list: listers.map((userId) => get(`/users/${userId}/organizations`, userId)),
    page: pages.offsets.map((offset) => {
      const place = `limit=${pageSize}&skip=${offset}&total=true`;
      return get(`/organizations/${pages.organizationId}/members?${place}`, pages.userId);
    }),
    create: creators.map((userId) =>
      post("/organizations", userId, { name: "Over HTTP {turn}", slug: "over-http-{turn}" }),
    ),
  };
}

/** Whether the user may add members, asked by the user. */
export function makeCheckRequests(questions: CheckQuestion[], signedIn: SignedIn[]): LoadRequest[] {
  const headersOf = headersBy(signedIn);
  return questions.map(({ userId, organizationId }) => ({
    method: "POST",
    path: "/api/v1/check",
    headers: { ...headersOf(userId), "content-type": "application/json" },
    body: JSON.stringify({
      user_id: userId,
      organization_id: organizationId,
      permission: "member:add",
    }),
  }));
}

function headersBy(signedIn: SignedIn[]): (userId: string) => Record<string, string> {
  const tokens = new Map(signedIn.map(({ userId, token }) => [userId, token]));
  return (userId) => ({ authorization: `Bearer ${tokens.get(userId)}` });
}
