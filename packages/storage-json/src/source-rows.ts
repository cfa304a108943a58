import type { DatabaseSync } from "node:sqlite";
import { defaultTenantSlug } from "@tenantry/core";
import {
  type SourceMember,
  type SourceOrganization,
  toSourceRole,
  writeMember,
  writeOrganization,
} from "./source-records.ts";
import { sourceTimesTable } from "./source-times-table.ts";

/** The rows that the two source files show: the default tenant's organizations and active memberships. */
export interface SourceRows {
  /** Undefined before the first start. */
  defaultTenantId(): string | undefined;
  /** In the order of creation. */
  organizations(tenantId: string): Iterable<{ readonly id: string; readonly text: string }>;
  members(
    tenantId: string,
  ): Iterable<{ readonly orgId: string; readonly userId: string; readonly text: string }>;
  /** Null if there is no such organization. */
  organization(tenantId: string, id: string): string | null;
  /** Null if there is no such active membership. */
  member(tenantId: string, orgId: string, userId: string): string | null;
}

type OrganizationRow = Omit<SourceOrganization, "created"> & {
  readonly created_at: string;
  readonly exact: string | null;
};
type MemberRow = Pick<SourceMember, "org_id" | "user_id"> & {
  readonly role: string;
  readonly joined_at: string;
  readonly exact: string | null;
};

const organizationQuery = `
  SELECT o.id, o.name, o.created_at, s.time AS exact, o.plan_tier, o.lago_customer_id, o.stripe_customer_id, o.status
  FROM organizations AS o
  LEFT JOIN ${sourceTimesTable} AS s ON s.organization_id = o.id AND s.user_id = ''
  WHERE o.tenant_id = ?`;

const memberQuery = `
  SELECT m.organization_id AS org_id, m.user_id, m.role, coalesce(m.joined_at, m.created_at) AS joined_at, s.time AS exact
  FROM memberships AS m
  LEFT JOIN ${sourceTimesTable} AS s ON s.organization_id = m.organization_id AND s.user_id = m.user_id
  WHERE m.tenant_id = ? AND m.status = 'active'`;

export function createSourceRows(db: DatabaseSync): SourceRows {
  const tenant = db.prepare("SELECT id FROM tenants WHERE slug = ?");
  const organizations = db.prepare(`${organizationQuery} ORDER BY o.created_at, o.id`);
  const organization = db.prepare(`${organizationQuery} AND o.id = ?`);
  const members = db.prepare(`${memberQuery} ORDER BY m.organization_id, m.joined_at, m.id`);
  const member = db.prepare(`${memberQuery} AND m.organization_id = ? AND m.user_id = ?`);
  return {
    defaultTenantId: () => (tenant.get(defaultTenantSlug) as { id: string } | undefined)?.id,
    *organizations(tenantId) {
      for (const row of organizations.iterate(tenantId) as Iterable<OrganizationRow>) {
        yield { id: row.id, text: writeOrganization(toOrganization(row)) };
      }
    },
    *members(tenantId) {
      for (const row of members.iterate(tenantId) as Iterable<MemberRow>) {
        yield { orgId: row.org_id, userId: row.user_id, text: writeMember(toMember(row)) };
      }
    },
    organization(tenantId, id) {
      const row = organization.get(tenantId, id) as OrganizationRow | undefined;
      return row === undefined ? null : writeOrganization(toOrganization(row));
    },
    member(tenantId, orgId, userId) {
      const row = member.get(tenantId, orgId, userId) as MemberRow | undefined;
      return row === undefined ? null : writeMember(toMember(row));
    },
  };
}

function toOrganization({ created_at, exact, ...rest }: OrganizationRow): SourceOrganization {
  return { ...rest, created: { time: created_at, exact } };
}

function toMember({ joined_at, exact, role, ...rest }: MemberRow): SourceMember {
  return { ...rest, role: toSourceRole(role), joined: { time: joined_at, exact } };
}
