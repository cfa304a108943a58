import { DomainError, type FieldFault } from "../errors.ts";
import type { HeldRole } from "../members/members.store.ts";
import type { Mutation } from "../mutation.ts";
import { canonicalRoleKey, everyRoleKnown } from "./default-roles.ts";
import type { Role } from "./roles.schema.ts";

/** A role of the catalogue that is about to be granted. */
export interface RoleGrant extends HeldRole {
  readonly rank: number;
  readonly permissions: readonly string[];
}

/**
 * The roles with these keys that can be held in an organization: its own and the tenant's; highest first.
 *
 * @param field The input field that names them.
 * @throws {DomainError} `unknown_role` with every unknown key.
 */
export async function resolveRoles(
  mutation: Mutation,
  organizationId: string,
  keys: readonly string[],
  field: "/role" | "/roles" = "/roles",
): Promise<readonly RoleGrant[]> {
  const { ctx, ports } = mutation;
  const grants = new Map<string, RoleGrant>();
  const unknown: FieldFault[] = [];
  for (const [index, key] of keys.entries()) {
    const role = await ports.roles.find(ctx.tenantId, organizationId, canonicalRoleKey(key));
    if (role === undefined) {
      const place = field === "/role" ? field : `${field}/${index}`;
      unknown.push({ pointer: place, detail: `${key} is not a role here` });
    } else grants.set(role.key, grantOf(role));
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

/** Highest rank first. Equal ranks are ordered by key, so that the highest role is always the same one. */
function byRank(a: RoleGrant, b: RoleGrant): number {
  return b.rank - a.rank || (a.key < b.key ? -1 : 1);
}

function unknownRoles(fields: readonly FieldFault[]): DomainError {
  const faults = fields.map(({ detail }) => detail).join("; ");
  return new DomainError("unknown_role", `${faults}; the default ones are ${everyRoleKnown}`, {
    fields,
  });
}
