import { type Access, permissionBeyond } from "../access/access.policy.ts";
import { ownerRole } from "../roles/default-roles.ts";
import type { MembershipStatus } from "./members.schema.ts";

/** The parts of a membership that decisions depend on. */
export interface JudgedMember {
  readonly roles: readonly string[];
  readonly status: MembershipStatus;
}

/**
 * Whether an actor may change a member: nobody may change one who ranks above them, so an admin can neither remove
 * nor demote an owner. Equal ranks may.
 */
export function outranks(actor: Access, memberRank: number): boolean {
  return actor.rank >= memberRank;
}

/** The permission that keeps an actor from granting roles; undefined where they hold everything they would grant. */
export function permissionNotGrantable(
  actor: Access,
  roles: readonly { readonly permissions: readonly string[] }[],
): string | undefined {
  return permissionBeyond(actor, roles);
}

/**
 * Whether a change turns an active owner into somebody who is not one. Then another active owner must remain: an
 * organization that has an owner keeps one.
 */
export function ceasesToOwn(before: JudgedMember, after: JudgedMember | null): boolean {
  return isActingOwner(before) && !isActingOwner(after);
}

function isActingOwner(member: JudgedMember | null): boolean {
  return member !== null && member.status === "active" && member.roles.includes(ownerRole);
}
