import { type Access, permissionBeyond } from "../access/access.policy.ts";
import { ownerRole } from "../roles/default-roles.ts";
import type { MembershipStatus } from "./members.schema.ts";

/** A membership as far as decisions about it go. */
export interface JudgedMember {
  readonly roles: readonly string[];
  readonly status: MembershipStatus;
}

/**
 * Whether an actor ranks high enough to touch a member: nobody touches one who ranks above them, so that an administrator neither
 * removes nor demotes an owner. Equals may.
 */
export function outranks(actor: Access, memberRank: number): boolean {
  return actor.rank >= memberRank;
}

/** The permission that keeps an actor from granting roles; undefined where they hold all that they would grant. */
export function permissionNotGrantable(
  actor: Access,
  roles: readonly { readonly permissions: readonly string[] }[],
): string | undefined {
  return permissionBeyond(actor, roles);
}

/**
 * Whether a change makes an owner who can act into somebody who is not one. Then another must remain (decision 7): an organization
 * that has an owner keeps one.
 */
export function ceasesToOwn(before: JudgedMember, after: JudgedMember | null): boolean {
  return isActingOwner(before) && !isActingOwner(after);
}

function isActingOwner(member: JudgedMember | null): boolean {
  return member !== null && member.status === "active" && member.roles.includes(ownerRole);
}
