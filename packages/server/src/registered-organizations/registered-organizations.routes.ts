import {
  getRegisteredOrganization,
  loginAdministrator,
  nameKey,
  normalizeEmail,
  registerOrganization,
} from "@tenantry/core";
import type { Routes } from "../http/call.ts";

/**
 * The administrator's number in the organization's database. Whoever registered it is the first user there, and only
 * that user logs in here.
 */
const firstUserNumber = 1;

export const registeredOrganizationRoutes = {
  registerOrganization: ({ ctx, body }) => registerOrganization(ctx, body),
  getRegisteredOrganization: ({ ctx, body }) => getRegisteredOrganization(ctx, body),
  loginAdministrator: async ({ server, ctx, query: { organization_name }, body, address }) => {
    const email = normalizeEmail(body.email);
    const account = ["administrator", nameKey(organization_name), email, address];
    const { session, user } = await server.limits.attemptLogin(account, () =>
      loginAdministrator(ctx, organization_name, body),
    );
    const claims = { userId: user.id, sessionId: session.id, tenantId: session.tenant_id };
    return {
      access_token: await server.tokens.issue(claims),
      token_type: "bearer",
      user: { id: firstUserNumber, email: user.email ?? email, is_admin: true, is_active: true },
    };
  },
} satisfies Partial<Routes>;
