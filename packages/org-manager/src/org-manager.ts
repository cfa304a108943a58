import type { OrganizationStatus } from "@tenantry/core";
import type { OrgRole } from "./member-calls.ts";
import type { BillingIds } from "./organization-calls.ts";
import type { Organization, OrgUser } from "./records.ts";

/**
 * The fourteen calls of the Python module `org_manager`, as promises. For an organization that does not exist they return
 * `false`, `null` or `[]`. Where the module raises a `ValueError`, they throw an {@link OrgManagerError} with its message.
 */
export interface OrgManager extends AsyncDisposable {
  /**
   * Creates an organization without members and returns its id.
   *
   * @param planTier A plan that does not exist is created, without a seat limit. Default: `founders_friend`.
   * @throws {OrgManagerError} `Organization name cannot be empty`, `Organization with name 'X' already exists`.
   */
  createOrganization(name: string, planTier?: string): Promise<string>;
  /** The organization, in any status. */
  getOrg(orgId: string): Promise<Organization | null>;
  /** @throws {OrgManagerError} if the organization has more members than the plan has seats. */
  updateOrgPlan(orgId: string, planTier: string): Promise<boolean>;
  /**
   * `active` restores a deleted organization.
   *
   * @throws {OrgManagerError} `Status must be one of: active, suspended, deleted`; if another organization has taken
   * the name of the one to restore.
   */
  updateOrgStatus(orgId: string, status: OrganizationStatus): Promise<boolean>;
  /** An id that is not given stays unchanged; `null` clears it. */
  updateOrgBillingIds(orgId: string, ids: BillingIds): Promise<boolean>;
  /** All organizations in any status, oldest first. */
  listAllOrganizations(): Promise<Organization[]>;
  /** The organizations whose name or slug contains the query; upper and lower case are the same. */
  searchOrganizations(query: string): Promise<Organization[]>;
  getOrganizationsByPlan(planTier: string): Promise<Organization[]>;

  /**
   * Adds a user with a role, by default `member`. A user who does not exist is created with this id.
   *
   * @throws {OrgManagerError} `User X already in organization Y`, `Role must be one of: owner, member, billing_admin`; if all seats
   * of the plan are taken.
   */
  addUserToOrg(orgId: string, userId: string, role?: OrgRole): Promise<boolean>;
  /** @throws {OrgManagerError} for the last owner, because an organization that has an owner must keep one. */
  removeUserFromOrg(orgId: string, userId: string): Promise<boolean>;
  /** @throws {OrgManagerError} `Role must be one of: owner, member, billing_admin`; for the last owner. */
  updateUserRole(orgId: string, userId: string, newRole: OrgRole): Promise<boolean>;
  /** The organizations, in any status, in which the user is a member. */
  getUserOrgs(userId: string): Promise<Organization[]>;
  /** The active members, in the order in which they joined. Invited and suspended members are not included. */
  getOrgUsers(orgId: string): Promise<OrgUser[]>;
  /** The user's highest role, or `null`. Also answers in a suspended organization, in which a permission check denies. */
  getUserRoleInOrg(orgId: string, userId: string): Promise<string | null>;

  /** Closes the storage after running calls have ended. */
  close(): Promise<void>;
}
