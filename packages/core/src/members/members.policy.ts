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

/** Whether a member counts as an owner: only one who can act does. */
export function isActingOwner(member: JudgedMember | null): boolean {
  return member !== null && member.status === "active" && member.roles.includes(ownerRole);
}

/**
 * Whether a change takes an organization's last owner (decision 7): an organization that has an owner keeps one.
 *
 * @param owners How many acting owners there are before the change; 2 stands for more.
 */
export function losesLastOwner(
  before: JudgedMember | null,
  after: JudgedMember | null,
  owners: number,
): boolean {
  return isActingOwner(before) && !isActingOwner(after) && owners < 2;
}
