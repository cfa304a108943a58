import {
  assertOrganizationExists,
  authorizeRead,
  deny,
  isAdministrator,
  requireActor,
} from "../access/authorize.ts";
import type { Context } from "../context.ts";
import { parseInput } from "../input.ts";
import { listingPorts } from "../listing-ports.ts";
import { type JsonPage, type StoredPage, toPageRequest } from "../page.ts";
import { canonicalRoleKey } from "../roles/default-roles.ts";
import { userNotFound } from "../users/user-record.ts";
import {
  type ListMembersInput,
  type ListUserOrganizationsInput,
  listMembersSchema,
  listUserOrganizationsSchema,
  type Member,
} from "./members.schema.ts";
import { memberNotFound } from "./members.ts";
import { shownActivity, shownOrganization, shownTenant, shownUser } from "./page-marks.ts";
import { rememberedPage } from "./remembered-page.ts";

/**
 * One membership with its user.
 *
 * @throws {DomainError} `organization_not_found`, `member_not_found`.
 */
export async function getMember(
  ctx: Context,
  organizationId: string,
  userId: string,
): Promise<Member> {
  await authorizeRead(ctx, "get_member", organizationId, "member:read");
  const { members } = ctx.engine.storage.committed;
  const member = await members.findMember(ctx.tenantId, organizationId, userId);
  if (member === undefined) throw memberNotFound();
  return member;
}

/**
 * An organization's memberships of every status, unless filtered. The order is stable: each member is on exactly one
 * page.
 */
export async function listMembers(
  ctx: Context,
  organizationId: string,
  input: ListMembersInput = {},
): Promise<JsonPage> {
  const { limit, cursor, skip, total, ...filter } = parseInput(listMembersSchema, input);
  await authorizeRead(ctx, "list_members", organizationId, "member:read");
  const page = toPageRequest({ limit, cursor, skip, total });
  const role = filter.role === undefined ? undefined : canonicalRoleKey(filter.role);
  const { tenantId } = ctx;
  return await rememberedPage(ctx, {
    key: JSON.stringify(["members", tenantId, organizationId, role, filter.status, filter.q, page]),
    async read() {
      const { members } = listingPorts(ctx);
      const found = await members.list(tenantId, organizationId, { ...filter, role }, page);
      if (found.last_key === null) await assertOrganizationExists(ctx, organizationId);
      return found;
    },
    shownBy: () => [
      shownTenant(tenantId),
      shownOrganization(tenantId, organizationId),
      shownActivity(tenantId, organizationId),
    ],
  });
}

/**
 * The organizations in which a user is an active member, with the user's roles. For the user themselves and for
 * administrators.
 *
 * @throws {DomainError} `user_not_found` for anybody else.
 */
export async function listUserOrganizations(
  ctx: Context,
  userId: string,
  input: ListUserOrganizationsInput = {},
): Promise<JsonPage> {
  await requireActor(ctx);
  const page = toPageRequest(parseInput(listUserOrganizationsSchema, input));
  const ports = ctx.engine.storage.committed;
  const isOwn = ctx.actor.type === "user" && ctx.actor.id === userId;
  if (!isOwn) {
    if (!(await isAdministrator(ctx, ports))) {
      throw deny(ctx, "user_not_found", "list_user_organizations", null, "administrator");
    }
    if ((await ports.users.findStatus(ctx.tenantId, userId)) === undefined) throw userNotFound();
  }
  const { tenantId } = ctx;
  return await rememberedPage(ctx, {
    key: JSON.stringify(["organizations", tenantId, userId, page]),
    read: () => listingPorts(ctx).members.listUserOrganizations(tenantId, userId, page),
    shownBy: (stored) => [
      shownTenant(tenantId),
      shownUser(tenantId, userId),
      ...idsOf(stored).map((id) => shownOrganization(tenantId, id)),
    ],
  });
}

function idsOf({ items_json }: StoredPage): string[] {
  return (JSON.parse(items_json) as { readonly id: string }[]).map(({ id }) => id);
}
