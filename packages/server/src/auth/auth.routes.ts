import type { TokenAnswer } from "@tenantry/contract";
import {
  DomainError,
  getUser,
  isAdministrator,
  login,
  logout,
  normalizeEmail,
  refreshSession,
  registerUser,
  type SessionGrant,
} from "@tenantry/core";
import type { Routes } from "../http/call.ts";
import type { ServerParts } from "../server-parts.ts";

export const authRoutes = {
  register: async ({ server, ctx, body }) => tokensOf(server, await registerUser(ctx, body)),
  login: async ({ server, ctx, body, address }) => {
    const account = [ctx.tenantId, normalizeEmail(body.email), address];
    const grant = await server.limits.attemptLogin(account, () => login(ctx, body));
    return await tokensOf(server, grant);
  },
  refresh: async ({ server, ctx, body }) => tokensOf(server, await refreshSession(ctx, body)),
  logout: ({ ctx, body }) => logout(ctx, body),
  getMe: async ({ ctx }) => {
    if (ctx.actor.type !== "user") {
      throw new DomainError(
        "user_not_found",
        "The operator is not a user of the tenant; send a user's token",
      );
    }
    const user = await getUser(ctx, ctx.actor.id);
    const ports = ctx.engine.storage.committed;
    return { ...user, is_tenant_administrator: await isAdministrator(ctx, ports) };
  },
  getJwks: ({ server }) => server.tokens.publicKeys(),
} satisfies Partial<Routes>;

async function tokensOf({ tokens }: ServerParts, grant: SessionGrant): Promise<TokenAnswer> {
  const { session, user, refresh_token } = grant;
  const claims = { userId: user.id, sessionId: session.id, tenantId: session.tenant_id };
  return {
    access_token: await tokens.issue(claims),
    token_type: "bearer",
    expires_in: tokens.ttlSeconds,
    refresh_token,
    user,
  };
}
