import { DomainError } from "../errors.ts";
import type { HeldRole } from "../members/members.store.ts";
import type { Mutation } from "../mutation.ts";
import { canonicalRoleKey, everyRoleKnown } from "./default-roles.ts";
import type { Role } from "./roles.schema.ts";

/** A role of the catalogue as it is about to be held. */
export interface RoleGrant extends HeldRole {
  readonly rank: number;
  readonly permissions: readonly string[];
}

/**
 * The roles of these keys that can be held in an organization: its own and the tenant's; highest first.
 *
 * @throws {DomainError} `unknown_role` with every key that names none.
 */
export async function resolveRoles(
  mutation: Mutation,
  organizationId: string,
  keys: readonly string[],
): Promise<readonly RoleGrant[]> {
  const { ctx, ports } = mutation;
  const grants = new Map<string, RoleGrant>();
  const unknown: string[] = [];
  for (const key of keys) {
    const role = await ports.roles.find(ctx.tenantId, organizationId, canonicalRoleKey(key));
    if (role === undefined) unknown.push(key);
    else grants.set(role.key, grantOf(role));
  }
  if (unknown.length > 0) throw unknownRoles(unknown);
  return [...grants.values()].sort(byRank);
}

export function grantOf(role: Role): RoleGrant {
  return {
    scope: role.organization_id === null ? "tenant" : "organization",
    key: role.key,
    rank: role.rank,
    permissions: role.permissions,
  };
}

/** Highest first; among equals by key, so that "the highest" is one and always the same. */
function byRank(a: RoleGrant, b: RoleGrant): number {
  return b.rank - a.rank || (a.key < b.key ? -1 : 1);
}

function unknownRoles(keys: readonly string[]): DomainError {
  return new DomainError(
    "unknown_role",
    `There is no role ${keys.join(", ")} here; the default ones are ${everyRoleKnown}`,
    { fields: keys.map((key) => ({ pointer: "/role", detail: `${key} is not a role here` })) },
  );
}
