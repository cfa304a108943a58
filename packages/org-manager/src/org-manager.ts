import type { OrganizationStatus } from "@tenantry/core";
import type { OrgRole } from "./member-calls.ts";
import type { BillingIds } from "./organization-calls.ts";
import type { Organization, OrgUser } from "./records.ts";

/**
 * The fourteen calls of the Python module `org_manager`, as promises. An organization that is not there is `false`, `null` or `[]`; what
 * the module raises a `ValueError` for throws an {@link OrgManagerError} with the module's message.
 */
export interface OrgManager extends AsyncDisposable {
  /**
   * Makes an organization and gives its id. It has no members yet.
   *
   * @param planTier A tier that the catalogue lacks is entered there; without one it is the default, `founders_friend`.
   * @throws {OrgManagerError} `Organization name cannot be empty`, `Organization with name 'X' already exists`.
   */
  createOrganization(name: string, planTier?: string): Promise<string>;
  /** The organization, whatever its status. */
  getOrg(orgId: string): Promise<Organization | null>;
  /** @throws {OrgManagerError} where the organization has more members than the plan has seats. */
  updateOrgPlan(orgId: string, planTier: string): Promise<boolean>;
  /** @throws {OrgManagerError} `Status must be one of: active, suspended, deleted`; where a restored one's name is taken by now. */
  updateOrgStatus(orgId: string, status: OrganizationStatus): Promise<boolean>;
  /** An id that is not given stays; `null` clears it. */
  updateOrgBillingIds(orgId: string, ids: BillingIds): Promise<boolean>;
  /** Every organization of every status, the oldest first. */
  listAllOrganizations(): Promise<Organization[]>;
  /** Those with the query in their name or slug, without regard to case. */
  searchOrganizations(query: string): Promise<Organization[]>;
  getOrganizationsByPlan(planTier: string): Promise<Organization[]>;

  /**
   * Adds a user, `member` unless a role is given. A user who is not known is made, with this id.
   *
   * @throws {OrgManagerError} `User X already in organization Y`, `Role must be one of: owner, member, billing_admin`; where the plan
   * has no seat left.
   */
  addUserToOrg(orgId: string, userId: string, role?: OrgRole): Promise<boolean>;
  /** @throws {OrgManagerError} for the last owner: an organization that has an owner keeps one. */
  removeUserFromOrg(orgId: string, userId: string): Promise<boolean>;
  /** @throws {OrgManagerError} `Role must be one of: owner, member, billing_admin`; for the last owner. */
  updateUserRole(orgId: string, userId: string, newRole: OrgRole): Promise<boolean>;
  /** The organizations, of every status, in which the user is a member. */
  getUserOrgs(userId: string): Promise<Organization[]>;
  /** The members, who joined first first. Neither invited nor suspended ones. */
  getOrgUsers(orgId: string): Promise<OrgUser[]>;
  /** The highest role; also in a suspended organization, in which a check would deny. */
  getUserRoleInOrg(orgId: string, userId: string): Promise<string | null>;

  /** Ends after what was begun is done. */
  close(): Promise<void>;
}
