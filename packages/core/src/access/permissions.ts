/**
 * The built-in permissions, each with what it allows in an organization. Applications may define more in roles of
 * their own. ADR 0008 shows this table together with `roles/default-roles.ts`; a test compares them.
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

/** Holds every permission, including those that applications define. */
export const everyPermission = "*";

/** True for permissions that only read, which are all that is left in a suspended organization. */
export function isReading(permission: string): boolean {
  return permission.endsWith(":read");
}
