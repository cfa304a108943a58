import { newId } from "@tenantry/core";
import { readSettings, startServer } from "@tenantry/server";
import type { Tenantry } from "tenantry";
import { createAccessTokens } from "../../packages/server/src/auth/access-tokens.ts";
import { readUsage, serveParent } from "../children/serve-parent.ts";

export type ServerInput = { file: string; userIds: string[] };
export type SignedIn = { userId: string; token: string };
export type OpenedServer = { origin: string; signedIn: SignedIn[] };

serveParent({ open, usage: readUsage });

const issuer = "http://tenantry.example";
const dayMs = 86_400_000;

/** The server as `tenantry serve` starts it, but without rate limits and log, which the peer does not have either. */
async function open({ file, userIds }: ServerInput): Promise<OpenedServer> {
  const environment = {
    DATABASE_URL: `sqlite:${file}`,
    HOST: "127.0.0.1",
    PORT: "0",
    PUBLIC_URL: issuer,
    TENANTRY_LOG_LEVEL: "silent",
    TENANTRY_RATE_LIMIT_PER_MINUTE: "0",
    TENANTRY_AUTH_RATE_LIMIT_PER_MINUTE: "0",
  };
  const { address, tenantry } = await startServer(readSettings(environment, import.meta.dirname));
  return { origin: address, signedIn: await signIn(tenantry, userIds) };
}

/**
 * Signs users in without a password, because hashing hundreds of passwords would take longer than
 * the bench. Session and token are those that a log-in creates.
 */
async function signIn({ engine, defaultTenant }: Tenantry, userIds: string[]): Promise<SignedIn[]> {
  const tokens = createAccessTokens({ engine, issuer, ttlSeconds: dayMs / 1_000 });
  const now = Date.now();
  const sessions = userIds.map((userId) => ({
    tenant_id: defaultTenant.id,
    id: newId("ses"),
    user_id: userId,
    created_at: new Date(now).toISOString(),
    expires_at: new Date(now + dayMs).toISOString(),
    revoked_at: null,
  }));
  await engine.storage.transaction(defaultTenant.id, async (ports) => {
    for (const session of sessions) await ports.sessions.insert(session);
  });
  return await Promise.all(
    sessions.map(async ({ tenant_id: tenantId, id: sessionId, user_id: userId }) => {
      return { userId, token: await tokens.issue({ userId, sessionId, tenantId }) };
    }),
  );
}
