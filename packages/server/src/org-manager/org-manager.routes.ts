import {
  type Context,
  createOrganization,
  deny,
  listUserOrganizations,
  openPage,
  type UserOrganization,
} from "@tenantry/core";
import type { Routes } from "../http/call.ts";

export const orgManagerRoutes = {
  createOrganizationByName: async ({ ctx, query }) => {
    const { id } = await createOrganization(ctx, { name: query.name });
    return { org_id: id };
  },
  getOrganizationsOfUser: async ({ ctx, params }) => {
    assertSelfOrOperator(ctx, params.user_id);
    return { organizations: await listEveryOrganization(ctx, params.user_id) };
  },
} satisfies Partial<Routes>;

/** Only for the user themselves and the operator; unlike the list of `/api/v1`, not for administrators. */
function assertSelfOrOperator(ctx: Context, userId: string): void {
  if (ctx.actor.type !== "user" || ctx.actor.id === userId) return;
  throw deny(ctx, "user_not_found", "list_user_organizations", null, "operator");
}

/** The documented interface has no pages, so all organizations are returned. */
async function listEveryOrganization(ctx: Context, userId: string): Promise<UserOrganization[]> {
  const all: UserOrganization[] = [];
  let cursor: string | undefined;
  do {
    const input = { limit: 200, ...(cursor !== undefined && { cursor }) };
    const page = openPage<UserOrganization>(await listUserOrganizations(ctx, userId, input));
    all.push(...page.items);
    cursor = page.next_cursor ?? undefined;
  } while (cursor !== undefined);
  return all;
}
