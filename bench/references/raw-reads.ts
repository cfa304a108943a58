import type { DatabaseSync } from "node:sqlite";
import { definedQueries, sqliteDialect } from "@tenantry/storage-sql";
import type { CheckQuestion } from "../dataset/questions.ts";
import { pageSize } from "../dataset/questions.ts";

/** The reads written by hand on node:sqlite: prepared once, rows as objects, JSON.stringify. */
export type RawReads = {
  /** The role of a membership, by its key. */
  lookUpRole(question: CheckQuestion): unknown;
  /** Everything that decides what a user may do, with the same statement as ours. */
  findAccess(question: CheckQuestion): unknown;
  /** A page of members after a user's id. */
  pageMembers(organizationId: string, afterUserId: string): string;
  listOrganizations(userId: string): string;
};

export function prepareRawReads(database: DatabaseSync, tenantId: string): RawReads {
  const role = database.prepare(
    `SELECT role, roles, status FROM memberships
     WHERE tenant_id = ? AND organization_id = ? AND user_id = ?`,
  );
  const access = database.prepare(ourStatement("access.findAccess"));
  const page = database.prepare(pageOfMembers);
  const organizations = database.prepare(organizationsOfUser);
  return {
    lookUpRole: ({ organizationId, userId }) => role.get(tenantId, organizationId, userId),
    findAccess: ({ organizationId, userId }) => access.get(tenantId, organizationId, userId),
    pageMembers: (organizationId, afterUserId) =>
      JSON.stringify(page.all(tenantId, organizationId, afterUserId)),
    listOrganizations: (userId) => JSON.stringify(organizations.all(tenantId, userId)),
  };
}

function ourStatement(name: string): string {
  const query = definedQueries().find((defined) => defined.name === name);
  if (query === undefined) throw new Error(`there is no query ${name}`);
  return query.compile(sqliteDialect).sql;
}

const pageOfMembers = `
  SELECT m.id, m.tenant_id, m.organization_id, m.user_id, m.role, m.roles, m.status,
    m.invited_by_user_id, m.joined_at, m.last_active_at, m.metadata, m.revision,
    m.created_at, m.updated_at, u.username, u.email, u.name
  FROM memberships m JOIN users u ON u.tenant_id = m.tenant_id AND u.id = m.user_id
  WHERE m.tenant_id = ? AND m.organization_id = ? AND m.user_id > ?
  ORDER BY m.user_id LIMIT ${pageSize}`;

const organizationsOfUser = `
  SELECT o.id, o.tenant_id, o.name, o.slug, o.domain, o.billing_email, o.billing_address,
    o.plan_tier, o.status, o.lago_customer_id, o.stripe_customer_id, o.logo_url, o.metadata,
    o.client_metadata, o.external_id, o.row_revision AS revision, o.created_at, o.updated_at,
    o.deleted_at, m.role, m.roles, m.status AS membership_status, m.joined_at
  FROM memberships m JOIN organizations o ON o.tenant_id = m.tenant_id AND o.id = m.organization_id
  WHERE m.tenant_id = ? AND m.user_id = ? AND m.status = 'active' AND o.status <> 'deleted'
  ORDER BY o.id LIMIT ${pageSize}`;
