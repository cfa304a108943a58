import type { Awaitable } from "../awaitable.ts";
import type { MembershipStatus } from "../members/members.schema.ts";
import type { OrganizationStatus } from "../organizations/organizations.schema.ts";
import type { TenantStatus } from "../tenants/tenants.schema.ts";
import type { UserStatus } from "../users/users.schema.ts";

/** A role that a user holds in an organization, directly or through a team. */
export interface GrantedRole {
  readonly key: string;
  readonly rank: number;
  readonly permissions: readonly string[];
}

/** Everything that decides what a user may do in an organization, read at one moment. */
export interface AccessRecord {
  readonly organization_status: OrganizationStatus;
  readonly organization_revision: number;
  readonly tenant_status: TenantStatus;
  readonly tenant_revision: number;
  readonly user_status: UserStatus;
  /** Whether the user is an administrator of the whole tenant. */
  readonly is_tenant_administrator: boolean;
  readonly membership_status: MembershipStatus;
  /** The roles held directly and through teams, each once, by rank (highest first) and key. */
  readonly roles: readonly GrantedRole[];
}

export interface AccessStore {
  /** Runs one query. Undefined where the user, organization or membership does not exist. */
  findAccess(
    tenantId: string,
    organizationId: string,
    userId: string,
  ): Awaitable<AccessRecord | undefined>;
  /** The organization's revision, whatever its status. */
  organizationRevision(tenantId: string, organizationId: string): Awaitable<number | undefined>;
}
