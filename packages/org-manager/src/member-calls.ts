import {
  admitMember,
  type Context,
  changeMembership,
  enterUser,
  isDomainError,
  listingPorts,
  type Member,
  type Membership,
  mutate,
  resolveRoles,
} from "@tenantry/core";
import { requireOneOf, requireText } from "./arguments.ts";
import { OrgManagerError } from "./org-manager-error.ts";
import { listOrgs } from "./organization-calls.ts";
import { readAll } from "./read-all.ts";
import { type Organization, type OrgUser, toOrgUser } from "./records.ts";

/** The roles that can be given through the fourteen calls. */
export const orgRoles = ["owner", "member", "billing_admin"] as const;
export type OrgRole = (typeof orgRoles)[number];

/** A pending invitation does not count as a membership: it is replaced by a membership with the given role. */
export async function addUserToOrg(
  ctx: Context,
  orgId: string,
  userId: string,
  role: OrgRole,
): Promise<boolean> {
  const user = requireText("User id", userId);
  const key = requireOneOf("Role", orgRoles, role);
  try {
    return await mutate(ctx, "add_member", [orgId, user, key], async (mutation) => {
      const organization = await mutation.lockOrganization(String(orgId));
      if (organization === undefined) return false;
      const invitation = await findMembership(mutation.ports, ctx, orgId, user);
      if (invitation?.status === "invited") {
        await changeMembership(mutation, organization, invitation, null, null, "member.removed");
      }
      await enterUser(mutation, user);
      await admitMember(mutation, organization, {
        user_id: user,
        roles: await resolveRoles(mutation, organization.record.id, [key]),
        status: "active",
        invited_by_user_id: invitation?.invited_by_user_id ?? null,
        metadata: invitation?.metadata,
      });
      return true;
    });
  } catch (error) {
    if (!isDomainError(error, "already_member")) throw error;
    const message = `User ${user} already in organization ${orgId}`;
    throw new OrgManagerError("already_member", message, error);
  }
}

export async function removeUserFromOrg(
  ctx: Context,
  orgId: string,
  userId: string,
): Promise<boolean> {
  return await mutate(ctx, "remove_member", [orgId, userId], async (mutation) => {
    const organization = await mutation.lockOrganization(String(orgId));
    const before = await findMember(mutation.ports, ctx, orgId, userId);
    if (organization === undefined || before === undefined) return false;
    await changeMembership(mutation, organization, before, null, null, "member.removed");
    return true;
  });
}

export async function updateUserRole(
  ctx: Context,
  orgId: string,
  userId: string,
  newRole: OrgRole,
): Promise<boolean> {
  const key = requireOneOf("Role", orgRoles, newRole);
  return await mutate(ctx, "update_member", [orgId, userId, key], async (mutation) => {
    const organization = await mutation.lockOrganization(String(orgId));
    const before = await findMember(mutation.ports, ctx, orgId, userId);
    if (organization === undefined || before === undefined) return false;
    if (before.roles.length === 1 && before.role === key) return true;
    const roles = await resolveRoles(mutation, organization.record.id, [key]);
    const after: Membership = {
      ...before,
      role: key,
      roles: [key],
      revision: organization.record.revision,
      updated_at: mutation.now,
    };
    await changeMembership(mutation, organization, before, after, roles, "member.updated");
    return true;
  });
}

export async function getUserOrgs(ctx: Context, userId: string): Promise<Organization[]> {
  return await listOrgs(ctx, { member_user_id: String(userId) });
}

export async function getOrgUsers(ctx: Context, orgId: string): Promise<OrgUser[]> {
  const { members } = listingPorts(ctx);
  const active = await readAll<Member>((page) =>
    members.list(ctx.tenantId, String(orgId), { status: "active" }, page),
  );
  const users = active.map(toOrgUser);
  return users.sort((a, b) => a.joined_at.getTime() - b.joined_at.getTime());
}

/** Also answers in a suspended organization, in which `check` denies, because a role is not a permission. */
export async function getUserRoleInOrg(
  ctx: Context,
  orgId: string,
  userId: string,
): Promise<string | null> {
  const membership = await findMembership(ctx.engine.storage.committed, ctx, orgId, userId);
  return membership?.status === "active" ? membership.role : null;
}

type MemberPorts = Context["engine"]["storage"]["committed"];

async function findMembership(
  ports: MemberPorts,
  ctx: Context,
  orgId: string,
  userId: string,
): Promise<Membership | undefined> {
  return await ports.members.find(ctx.tenantId, String(orgId), String(userId));
}

/** As {@link findMembership}, but without pending invitations. */
async function findMember(
  ports: MemberPorts,
  ctx: Context,
  orgId: string,
  userId: string,
): Promise<Membership | undefined> {
  const membership = await findMembership(ports, ctx, orgId, userId);
  return membership?.status === "invited" ? undefined : membership;
}
