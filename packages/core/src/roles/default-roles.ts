import { everyPermission, type Permission } from "../access/permissions.ts";

/** A role that every tenant starts with. */
interface DefaultRole {
  readonly key: string;
  readonly name: string;
  readonly rank: number;
  readonly permissions: readonly (Permission | typeof everyPermission)[];
}

const reading: readonly Permission[] = [
  "organization:read",
  "member:read",
  "role:read",
  "team:read",
  "resource:read",
];
const developing: readonly Permission[] = [...reading, "resource:write"];
const managing: readonly Permission[] = [...developing, "team:write"];
const administering: readonly Permission[] = [
  ...managing,
  "organization:update",
  "organization:delete",
  "member:add",
  "member:update",
  "member:remove",
  "role:write",
  "event:read",
];

/** The built-in roles by rank. */
export const defaultRoles: readonly DefaultRole[] = [
  { key: "owner", name: "Owner", rank: 100, permissions: [everyPermission] },
  { key: "admin", name: "Administrator", rank: 80, permissions: administering },
  { key: "manager", name: "Manager", rank: 60, permissions: managing },
  { key: "developer", name: "Developer", rank: 40, permissions: developing },
  {
    key: "billing_admin",
    name: "Billing administrator",
    rank: 20,
    permissions: [...reading, "billing:write"],
  },
  { key: "member", name: "Member", rank: 20, permissions: reading },
  { key: "viewer", name: "Viewer", rank: 10, permissions: reading },
];

export const ownerRole = "owner";
export const billingAdminRole = "billing_admin";
export const defaultRole = "member";

/**
 * Other names for roles, as other systems use them. A map and not an object, because keys come from callers and an
 * object has inherited properties.
 */
const roleAliases: ReadonlyMap<string, string> = new Map([["readonly", "viewer"]]);

/** The key of a role in the catalogue, for a key that may be an alias. */
export function canonicalRoleKey(key: string): string {
  return roleAliases.get(key) ?? key;
}

/** The default keys as a list in a sentence. */
export const everyRoleKnown = defaultRoles.map((role) => role.key).join(", ");
