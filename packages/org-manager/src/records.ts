import type { Organization as CoreOrganization, Member, OrganizationStatus } from "@tenantry/core";

/** An organization with the fields that it has in the Python module. */
export interface Organization {
  readonly id: string;
  readonly name: string;
  readonly created_at: Date;
  readonly plan_tier: string;
  readonly lago_customer_id: string | null;
  readonly stripe_customer_id: string | null;
  readonly status: OrganizationStatus;
}

/** A member of an organization. `role` is the member's highest role. */
export interface OrgUser {
  readonly org_id: string;
  readonly user_id: string;
  readonly role: string;
  readonly joined_at: Date;
}

/** The fields of the core record that are returned. */
export type ShownOrganization = Pick<
  CoreOrganization,
  "id" | "name" | "created_at" | "plan_tier" | "lago_customer_id" | "stripe_customer_id" | "status"
>;

export function toOrganization(record: ShownOrganization): Organization {
  const { id, name, created_at, plan_tier, lago_customer_id, stripe_customer_id, status } = record;
  return {
    id,
    name,
    created_at: new Date(created_at),
    plan_tier,
    lago_customer_id,
    stripe_customer_id,
    status,
  };
}

export function toOrgUser(member: Member): OrgUser {
  return {
    org_id: member.organization_id,
    user_id: member.user_id,
    role: member.role,
    joined_at: new Date(member.joined_at ?? member.created_at),
  };
}
