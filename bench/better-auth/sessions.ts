import { createHmac } from "node:crypto";
import type { Auth } from "better-auth";

export type SignedIn = { userId: string; cookie: string };

/**
 * Signs users in without a password, because hashing hundreds of passwords would take longer
 * than the bench. The library itself makes the session row and the second cookie, which saves
 * it the look-up of the session.
 */
export async function signIn(auth: Auth, origin: string, userId: string): Promise<SignedIn> {
  const { internalAdapter, secret } = await auth.$context;
  const { token } = await internalAdapter.createSession(userId);
  const signature = createHmac("sha256", secret).update(token).digest("base64");
  const sessionCookie = `better-auth.session_token=${encodeURIComponent(`${token}.${signature}`)}`;
  const answer = await auth.handler(
    new Request(`${origin}/api/auth/get-session`, { headers: { cookie: sessionCookie } }),
  );
  const dataCookie = answer.headers
    .getSetCookie()
    .map((cookie) => cookie.split(";")[0] ?? "")
    .find((cookie) => cookie.startsWith("better-auth.session_data="));
  if (!dataCookie) throw new Error("better-auth did not accept the session that it made");
  return { userId, cookie: `${sessionCookie}; ${dataCookie}` };
}
