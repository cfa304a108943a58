import { billingAdminRole, ownerRole } from "../roles/default-roles.ts";
import { isTenantOpen } from "../tenants/tenants.policy.ts";
import type { AccessRecord, GrantedRole } from "./access.store.ts";
import { everyPermission, isReading } from "./permissions.ts";

/** What a user may do in an organization, derived from one {@link AccessRecord}. */
export interface Access {
  readonly roles: readonly string[];
  readonly rank: number;
  /** Holds every permission, `*`. */
  readonly holdsAll: boolean;
  readonly permissions: ReadonlySet<string>;
  /** How much of the permissions applies: all, only reading (in a suspended organization), or nothing. */
  readonly extent: "all" | "reading" | "none";
  /** An active member of a suspended organization. They may know that it exists, and do no more than `extent` allows. */
  readonly isSuspendedOrganization: boolean;
  /** Manages the whole tenant, whatever the membership grants. `check` ignores this. */
  readonly isTenantAdministrator: boolean;
  /** Every organization looks deleted to users of a tenant that is not active and to deactivated users. */
  readonly isDeletedOrganization: boolean;
}

/** Evaluates a record once, so that each check is a look-up. */
export function accessOf(record: AccessRecord): Access {
  const roles = record.roles.map((role) => role.key);
  const isOpen = isTenantOpen(record.tenant_status);
  const permissions = new Set(record.roles.flatMap((role) => role.permissions));
  return {
    roles,
    rank: Math.max(0, ...record.roles.map((role) => role.rank)),
    holdsAll: permissions.has(everyPermission),
    permissions,
    extent: isOpen ? extentOf(record, roles) : "none",
    isSuspendedOrganization:
      isOpen &&
      record.organization_status === "suspended" &&
      record.user_status === "active" &&
      record.membership_status === "active",
    isTenantAdministrator:
      isOpen && record.user_status === "active" && record.is_tenant_administrator,
    isDeletedOrganization:
      !isOpen || record.user_status !== "active" || record.organization_status === "deleted",
  };
}

function extentOf(record: AccessRecord, roles: readonly string[]): Access["extent"] {
  if (record.user_status !== "active" || record.membership_status !== "active") return "none";
  switch (record.organization_status) {
    case "active":
      return "all";
    case "suspended":
      // In a suspended organization everything but reading is denied, and only those who can resolve the suspension
      // may read.
      return roles.includes(ownerRole) || roles.includes(billingAdminRole) ? "reading" : "none";
    case "deleted":
      return "none";
  }
}

/** The answer to every check. */
export function isAllowed(access: Access, permission: string): boolean {
  if (access.extent === "none") return false;
  if (access.extent === "reading" && !isReading(permission)) return false;
  return access.holdsAll || access.permissions.has(permission);
}

/** The first permission of the roles that the access does not hold; undefined where it may grant them all. */
export function permissionBeyond(
  access: Access,
  roles: readonly Pick<GrantedRole, "permissions">[],
): string | undefined {
  if (access.holdsAll) return undefined;
  for (const role of roles) {
    for (const permission of role.permissions) {
      if (!access.permissions.has(permission)) return permission;
    }
  }
  return undefined;
}
