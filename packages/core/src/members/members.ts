import { lockedAccess } from "../access/access.ts";
import {
  type Authority,
  assertIfMatch,
  authorizeRead,
  deny,
  mutateOrganization,
  organizationNotFound,
} from "../access/authorize.ts";
import type { Context } from "../context.ts";
import { DomainError } from "../errors.ts";
import { newId } from "../ids.ts";
import { parseInput } from "../input.ts";
import type { LockedOrganization, Mutation } from "../mutation.ts";
import type { OrganizationRecord } from "../organizations/organizations.store.ts";
import { assertSeatsSuffice } from "../plans/seats.ts";
import { defaultRole, defaultRoles, ownerRole } from "../roles/default-roles.ts";
import { type RoleGrant, resolveRoles } from "../roles/held-roles.ts";
import { assertOwnTenant } from "../tenants/assert-own-tenant.ts";
import { changeMembership, updateCounts } from "./change-membership.ts";
import { outranks, permissionNotGrantable } from "./members.policy.ts";
import {
  type AddMemberInput,
  addMemberSchema,
  type Member,
  type Membership,
  type UpdateMemberInput,
  updateMemberSchema,
} from "./members.schema.ts";

/** A membership to be created. */
export interface Admission {
  readonly user_id: string;
  /** Highest first; at least one. */
  readonly roles: readonly RoleGrant[];
  readonly status: "active" | "invited";
  readonly invited_by_user_id: string | null;
  readonly metadata?: Membership["metadata"] | undefined;
  /** For imports: keeps the membership's id, times and status of elsewhere, and allows a deactivated user. */
  readonly imported?: ImportedMembership | undefined;
}

export type ImportedMembership = Pick<
  Membership,
  "id" | "status" | "joined_at" | "last_active_at" | "created_at" | "updated_at"
>;

/** The owner role of the default catalogue, which every tenant has and nobody can change. */
export const ownerGrant: RoleGrant = {
  scope: "tenant",
  key: ownerRole,
  rank: defaultRoles.find((role) => role.key === ownerRole)?.rank ?? 0,
  permissions: ["*"],
};

/**
 * Adds a user to an organization.
 *
 * @throws {DomainError} `already_member`, `seat_limit_reached`, `unknown_user`, `unknown_role`, `cannot_grant`, `outranked`,
 * `organization_not_found`, `permission_denied`.
 */
export async function addMember(
  ctx: Context,
  organizationId: string,
  input: AddMemberInput,
): Promise<Member> {
  const parsed = parseInput(addMemberSchema, input);
  assertOwnTenant(ctx, parsed.tenant_id, "add_member");
  const call = {
    operation: "add_member",
    organizationId,
    required: "member:add",
    input: parsed,
  } as const;
  return await mutateOrganization(ctx, call, async (mutation, organization, authority) => {
    const keys = parsed.roles ?? [parsed.role ?? defaultRole];
    const roles = await resolveRoles(mutation, organizationId, keys, fieldOfRoles(parsed));
    assertMayGrant(ctx, call.operation, organizationId, authority, roles);
    await admitMember(mutation, organization, {
      user_id: parsed.user_id,
      roles,
      status: parsed.status,
      invited_by_user_id: ctx.actor.type === "user" ? ctx.actor.id : null,
      metadata: parsed.metadata,
    });
    return await findMember(mutation, organizationId, parsed.user_id);
  });
}

function fieldOfRoles({ roles }: { roles?: readonly string[] | undefined }): "/role" | "/roles" {
  return roles === undefined ? "/role" : "/roles";
}

/**
 * Creates a membership. Nothing else does: `addMember`, the creation of an organization, imports and whatever comes
 * later all call it, so that the seat limit and the event cannot be forgotten. It does not authorize; the caller has
 * done that.
 *
 * @throws {DomainError} `already_member`, `seat_limit_reached`, `unknown_user`.
 */
export async function admitMember(
  mutation: Mutation,
  organization: LockedOrganization,
  admission: Admission,
): Promise<Membership> {
  const { ctx, ports, now } = mutation;
  const { record } = organization;
  await assertCanJoin(mutation, record, admission);
  await assertSeatsSuffice(mutation, record.plan_tier, record.seat_count + 1, organization.plan);
  const membership: Membership = {
    id: newId("mem"),
    tenant_id: ctx.tenantId,
    organization_id: record.id,
    user_id: admission.user_id,
    role: admission.roles[0]?.key ?? defaultRole,
    roles: admission.roles.map((role) => role.key),
    status: admission.status,
    invited_by_user_id: admission.invited_by_user_id,
    joined_at: admission.status === "active" ? now : null,
    last_active_at: null,
    metadata: admission.metadata ?? {},
    revision: record.revision,
    created_at: now,
    updated_at: now,
    ...admission.imported,
  };
  await ports.members.insert(membership, admission.roles);
  updateCounts(organization, null, membership);
  await mutation.append(organization.chain, {
    type: membership.status === "invited" ? "member.invited" : "member.added",
    entity: "membership",
    entity_id: membership.user_id,
    before: null,
    after: membership,
  });
  return membership;
}

async function assertCanJoin(
  mutation: Mutation,
  organization: OrganizationRecord,
  { user_id: userId, imported }: Admission,
): Promise<void> {
  const { ctx, ports } = mutation;
  const userStatus = await ports.users.findStatus(ctx.tenantId, userId);
  if (userStatus === undefined || (userStatus !== "active" && imported === undefined)) {
    throw new DomainError(
      "unknown_user",
      `There is no active user ${userId}; create the user first`,
      {
        fields: [{ pointer: "/user_id", detail: "is not an active user of this tenant" }],
      },
    );
  }
  // An organization without a taken seat has no members.
  if (organization.seat_count === 0) return;
  if ((await ports.members.find(ctx.tenantId, organization.id, userId)) === undefined) return;
  throw new DomainError(
    "already_member",
    `User ${userId} is a member of the organization already`,
    {
      fields: [{ pointer: "/user_id", detail: "is a member already" }],
    },
  );
}

/**
 * Nobody grants what they do not hold, neither a permission nor a rank: with a higher rank they could change members
 * above themselves.
 *
 * @throws {DomainError} `cannot_grant`, which names the missing permission; `outranked`.
 */
export function assertMayGrant(
  ctx: Context,
  operation: string,
  organizationId: string,
  authority: Authority,
  roles: readonly RoleGrant[],
): void {
  const missing = permissionNotGrantable(authority.access, roles);
  if (missing !== undefined) throw deny(ctx, "cannot_grant", operation, organizationId, missing);
  assertNoneAbove(ctx, operation, organizationId, authority, roles);
}

/** @throws {DomainError} `outranked` where a role ranks above the caller. */
export function assertNoneAbove(
  ctx: Context,
  operation: string,
  organizationId: string,
  { access }: Authority,
  roles: readonly RoleGrant[],
): void {
  const above = roles.find((role) => role.rank > access.rank);
  if (above !== undefined) throw deny(ctx, "outranked", operation, organizationId, above.key);
}

/**
 * Changes a member's roles or status. It cannot accept an invitation; only the invited person does that, with {@link
 * acceptMembership}.
 *
 * @throws {DomainError} `member_not_found`, `outranked`, `cannot_grant`, `last_owner`, `invitation_pending`,
 * `revision_mismatch`.
 */
export async function updateMember(
  ctx: Context,
  organizationId: string,
  userId: string,
  input: UpdateMemberInput,
): Promise<Member> {
  const parsed = parseInput(updateMemberSchema, input);
  const call = {
    operation: "update_member",
    organizationId,
    required: "member:update",
    input: [userId, parsed],
  } as const;
  return await mutateOrganization(ctx, call, async (mutation, organization, authority) => {
    const before = await findMembership(mutation, organizationId, userId);
    assertIfMatch(ctx, before.revision);
    await assertOutranks(mutation, call.operation, authority, before);
    const keys = parsed.roles ?? (parsed.role === undefined ? before.roles : [parsed.role]);
    const roles = await resolveRoles(mutation, organizationId, keys, fieldOfRoles(parsed));
    const added = roles.filter((role) => !before.roles.includes(role.key));
    assertMayGrant(ctx, call.operation, organizationId, authority, added);
    const after: Membership = {
      ...before,
      role: roles[0]?.key ?? before.role,
      roles: roles.map((role) => role.key),
      status: statusAfter(before, parsed.status),
      metadata: parsed.metadata ?? before.metadata,
      revision: organization.record.revision,
      updated_at: mutation.now,
    };
    if (isSame(before, after)) return await findMember(mutation, organizationId, userId);
    await changeMembership(mutation, organization, before, after, roles, "member.updated");
    return await findMember(mutation, organizationId, userId);
  });
}

function statusAfter(
  before: Membership,
  status: "active" | "suspended" | undefined,
): Membership["status"] {
  if (status === undefined) return before.status;
  if (before.status !== "invited") return status;
  throw new DomainError(
    "invitation_pending",
    "The member has not accepted yet; only they can, or remove them to withdraw the invitation",
    { fields: [{ pointer: "/status", detail: "cannot be set while the invitation is pending" }] },
  );
}

function isSame(before: Membership, after: Membership): boolean {
  const changing = (membership: Membership) =>
    JSON.stringify([membership.roles, membership.status, membership.metadata]);
  return changing(before) === changing(after);
}

/**
 * Ends a membership. Everybody may end their own, which also declines an invitation. Ending another's requires
 * `member:remove` and at least their rank.
 *
 * @throws {DomainError} `member_not_found`, `outranked`, `last_owner`, `revision_mismatch`.
 */
export async function removeMember(
  ctx: Context,
  organizationId: string,
  userId: string,
): Promise<void> {
  const isOwn = ctx.actor.type === "user" && ctx.actor.id === userId;
  const call = {
    operation: "remove_member",
    organizationId,
    required: isOwn ? "own_membership" : "member:remove",
    input: userId,
  } as const;
  await mutateOrganization(ctx, call, async (mutation, organization, authority) => {
    const before = await findMembership(mutation, organizationId, userId);
    assertIfMatch(ctx, before.revision);
    if (!isOwn) await assertOutranks(mutation, call.operation, authority, before);
    await changeMembership(mutation, organization, before, null, null, "member.removed");
  });
}

/**
 * Accepts the caller's own invitation. Accepting twice has no further effect.
 *
 * @throws {DomainError} `organization_not_found`; `permission_denied` for anybody but the invited person;
 * `not_invited`.
 */
export async function acceptMembership(
  ctx: Context,
  organizationId: string,
  userId: string,
): Promise<Member> {
  const isOwn = ctx.actor.type === "user" && ctx.actor.id === userId;
  const operation = "accept_membership";
  if (!isOwn) {
    await authorizeRead(ctx, operation, organizationId, "member:read");
    throw deny(ctx, "permission_denied", operation, organizationId, "own_membership");
  }
  const call = { operation, organizationId, required: "own_membership", input: userId } as const;
  return await mutateOrganization(ctx, call, async (mutation, organization) => {
    const before = await findMembership(mutation, organizationId, userId);
    if (before.status === "suspended") {
      throw new DomainError(
        "not_invited",
        "The membership is suspended; an administrator can reinstate it",
      );
    }
    if (before.status === "invited") {
      const after: Membership = {
        ...before,
        status: "active",
        joined_at: mutation.now,
        revision: organization.record.revision,
        updated_at: mutation.now,
      };
      await changeMembership(mutation, organization, before, after, null, "member.accepted");
    }
    return await findMember(mutation, organizationId, userId);
  });
}

async function findMembership(
  mutation: Mutation,
  organizationId: string,
  userId: string,
): Promise<Membership> {
  const { ctx, ports } = mutation;
  const membership = await ports.members.find(ctx.tenantId, organizationId, userId);
  if (membership === undefined) throw memberNotFound();
  return membership;
}

export function memberNotFound(): DomainError {
  return new DomainError("member_not_found", "There is no such member in the organization");
}

async function findMember(
  mutation: Mutation,
  organizationId: string,
  userId: string,
): Promise<Member> {
  const { ctx, ports } = mutation;
  const member = await ports.members.findMember(ctx.tenantId, organizationId, userId);
  if (member === undefined) throw organizationNotFound();
  return member;
}

/** @throws {DomainError} `outranked` where the member's roles, including those through teams, rank above the caller's. */
async function assertOutranks(
  mutation: Mutation,
  operation: string,
  authority: Authority,
  member: Membership,
): Promise<void> {
  const { ctx, ports } = mutation;
  const { organization_id, user_id } = member;
  const access = await lockedAccess(ports, ctx.tenantId, organization_id, user_id);
  if (outranks(authority.access, access?.rank ?? 0)) return;
  throw deny(ctx, "outranked", operation, organization_id, member.role);
}
