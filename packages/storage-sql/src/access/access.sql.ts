import type { AccessRecord, AccessStore, GrantedRole } from "@tenantry/core";
import { sql } from "kysely";
import { andThen } from "../awaitable.ts";
import type { SqlDialect } from "../dialect.ts";
import { defineQuery } from "../query.ts";
import type { Session } from "../session.ts";

interface AccessRow {
  readonly organization_status: string;
  readonly organization_revision: number;
  readonly tenant_status: string;
  readonly is_tenant_administrator: number;
  readonly tenant_revision: number;
  readonly user_status: string;
  readonly membership_status: string;
  readonly own_roles: string | null;
  readonly team_roles: string | null;
}

/** Stands between roles, each of which is the inside of a JSON array. */
const between = "],[";

const grants = (dialect: SqlDialect) =>
  dialect.joinTexts(
    sql<string>`${dialect.jsonText("r.key")} || ',' || r.rank || ',' || r.permissions`,
    between,
  );

// The subqueries refer to the membership, so that the three arguments are bound only once. The one for teams and the
// teams around them only runs for users who are in one.
const findAccess = defineQuery(
  "access.findAccess",
  ["tenant_id", "organization_id", "user_id"],
  (_, p, dialect) => sql<AccessRow>`
    select o.status as organization_status, o.revision as organization_revision,
      t.status as tenant_status, t.revision as tenant_revision, u.status as user_status, m.status as membership_status,
      case when exists (
        select 1 from tenant_user_roles as tur where tur.tenant_id = m.tenant_id and tur.user_id = m.user_id
      ) then 1 else 0 end as is_tenant_administrator,
      (
        select ${grants(dialect)} from membership_roles as mr
        join roles as r on r.tenant_id = mr.tenant_id and r.scope = mr.role_scope and r.key = mr.role_key
        where mr.tenant_id = m.tenant_id and mr.organization_id = m.organization_id and mr.user_id = m.user_id
      ) as own_roles,
      case when exists (
        select 1 from team_members as tm
        where tm.tenant_id = m.tenant_id and tm.organization_id = m.organization_id and tm.user_id = m.user_id
      ) then (
        with recursive around (id) as (
          select tm.team_id from team_members as tm
          where tm.tenant_id = m.tenant_id and tm.organization_id = m.organization_id and tm.user_id = m.user_id
          union
          select tt.parent_team_id from around
          join teams as tt on tt.tenant_id = m.tenant_id and tt.organization_id = m.organization_id
            and tt.id = around.id
        )
        select ${grants(dialect)} from around
        join team_roles as tr on tr.tenant_id = m.tenant_id and tr.organization_id = m.organization_id
          and tr.team_id = around.id
        join roles as r on r.tenant_id = m.tenant_id and r.scope = tr.role_scope and r.key = tr.role_key
      ) end as team_roles
    from memberships as m
    join organizations as o on o.tenant_id = m.tenant_id and o.id = m.organization_id
    join users as u on u.tenant_id = m.tenant_id and u.id = m.user_id
    join tenants as t on t.id = m.tenant_id
    where m.tenant_id = ${p.tenant_id} and m.organization_id = ${p.organization_id} and m.user_id = ${p.user_id}`,
);

const organizationRevision = defineQuery(
  "access.organizationRevision",
  ["tenant_id", "id"],
  (db, p) =>
    db
      .selectFrom("organizations")
      .select("revision")
      .where("tenant_id", "=", p.tenant_id)
      .where("id", "=", p.id),
);

export function createAccessStore(session: Session): AccessStore {
  const readRoles = createRoleReader();
  return {
    findAccess: (tenantId, organizationId, userId) =>
      andThen(session.get(findAccess, [tenantId, organizationId, userId]), (row) =>
        row === undefined ? undefined : toAccess(row, readRoles),
      ),
    organizationRevision: (tenantId, id) =>
      andThen(session.get(organizationRevision, [tenantId, id]), (row) => row?.revision),
  };
}

type RoleReader = (text: string | null) => readonly GrantedRole[];

function toAccess(row: AccessRow, readRoles: RoleReader) {
  // Field by field, because leaving fields out of a copy takes ten times as long.
  return {
    organization_status: row.organization_status,
    organization_revision: row.organization_revision,
    tenant_status: row.tenant_status,
    tenant_revision: row.tenant_revision,
    user_status: row.user_status,
    is_tenant_administrator: row.is_tenant_administrator === 1,
    membership_status: row.membership_status,
    roles: readRoles(rolesOf(row)),
  } as AccessRecord;
}

function rolesOf({ own_roles, team_roles }: AccessRow): string | null {
  if (own_roles === null || team_roles === null) return own_roles ?? team_roles;
  return own_roles + between + team_roles;
}

/** Few distinct combinations of roles exist, so each text is parsed once and remembered. */
const mostRemembered = 1000;

function createRoleReader(): RoleReader {
  const remembered = new Map<string, readonly GrantedRole[]>();
  return (text) => {
    if (text === null) return [];
    const known = remembered.get(text);
    if (known !== undefined) return known;
    if (remembered.size >= mostRemembered) remembered.clear();
    const roles = parseRoles(text);
    remembered.set(text, roles);
    return roles;
  };
}

/** A user may hold a role by themselves and through several teams; it is listed once. */
function parseRoles(text: string): readonly GrantedRole[] {
  const rows = JSON.parse(`[[${text}]]`) as [string, number, string[]][];
  const distinct = new Map(rows.map((row) => [JSON.stringify(row), row]));
  return Array.from(distinct.values(), ([key, rank, permissions]) => ({
    key,
    rank,
    permissions,
  })).sort((a, b) => b.rank - a.rank || (a.key < b.key ? -1 : 1));
}
