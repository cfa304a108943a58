/**
 * Our own permissions, each with what it lets its holder do in an organization. Applications define more beside them, in roles. This
 * table and the catalogue in `roles/default-roles.ts` are the source of the permission table that the ADR describes.
 */
export const permissions = {
  "organization:read": "See the organization and its statistics",
  "organization:update": "Change the organization's own fields",
  "organization:delete": "Delete the organization",
  "billing:write": "Choose the plan, where no billing provider is configured",
  "member:read": "See the members, their roles and what they may do",
  "member:add": "Add and invite members",
  "member:update": "Change a member's roles and status",
  "member:remove": "Remove members",
  "role:read": "See the roles",
  "role:write": "Make, change and delete the organization's own roles",
  "team:read": "See the teams and who is in them",
  "team:write": "Make, change and delete teams and choose who is in them",
  "resource:read": "See the registered resources",
  "resource:write": "Register and remove resources",
  "event:read": "Read the audit log",
} as const;

export type Permission = keyof typeof permissions;

/** Holds every permission, those of applications too. */
export const everyPermission = "*";

/** True for the permissions that look and do not touch: all that is left in a suspended organization. */
export function isReading(permission: string): boolean {
  return permission.endsWith(":read");
}
