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
  readonly roles: string | null;
}

const grants = (dialect: SqlDialect) =>
  dialect.joinTexts(
    sql<string>`${dialect.jsonText("r.key")} || ',' || r.rank || ',' || r.permissions`,
    "],[",
  );

// The joined subqueries refer to the membership, so that the three arguments are bound only once. The branch with
// teams only runs for users who are in one.
const findAccess = defineQuery(
  "access.findAccess",
  ["tenant_id", "organization_id", "user_id"],
  (_, p, dialect) => sql<AccessRow>`
    select o.status as organization_status, o.revision as organization_revision,
      t.status as tenant_status, t.revision as tenant_revision, u.status as user_status, m.status as membership_status,
      case when exists (
        select 1 from tenant_user_roles as tur where tur.tenant_id = m.tenant_id and tur.user_id = m.user_id
      ) then 1 else 0 end as is_tenant_administrator,
      case when exists (
        select 1 from team_members as tm
        where tm.tenant_id = m.tenant_id and tm.organization_id = m.organization_id and tm.user_id = m.user_id
      ) then (
        with recursive around (id, parent_team_id) as (
          select tt.id, tt.parent_team_id from team_members as tm
          join teams as tt on tt.tenant_id = tm.tenant_id and tt.organization_id = tm.organization_id
            and tt.id = tm.team_id
          where tm.tenant_id = m.tenant_id and tm.organization_id = m.organization_id and tm.user_id = m.user_id
          union
          select tt.id, tt.parent_team_id from around
          join teams as tt on tt.tenant_id = m.tenant_id and tt.organization_id = m.organization_id
            and tt.id = around.parent_team_id
        ), held (role_scope, role_key) as (
          select mr.role_scope, mr.role_key from membership_roles as mr
          where mr.tenant_id = m.tenant_id and mr.organization_id = m.organization_id and mr.user_id = m.user_id
          union
          select tr.role_scope, tr.role_key from around
          join team_roles as tr on tr.tenant_id = m.tenant_id and tr.organization_id = m.organization_id
            and tr.team_id = around.id
        )
        select ${grants(dialect)} from held
        join roles as r on r.tenant_id = m.tenant_id and r.scope = held.role_scope and r.key = held.role_key
      ) else (
        select ${grants(dialect)} from membership_roles as mr
        join roles as r on r.tenant_id = mr.tenant_id and r.scope = mr.role_scope and r.key = mr.role_key
        where mr.tenant_id = m.tenant_id and mr.organization_id = m.organization_id and mr.user_id = m.user_id
      ) end as roles
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
        row === undefined ? undefined : toAccess(row, readRoles(row.roles)),
      ),
    organizationRevision: (tenantId, id) =>
      andThen(session.get(organizationRevision, [tenantId, id]), (row) => row?.revision),
  };
}

function toAccess(row: AccessRow, roles: readonly GrantedRole[]): AccessRecord {
  const is_tenant_administrator = row.is_tenant_administrator === 1;
  return { ...row, is_tenant_administrator, roles } as AccessRecord;
}

/** Few distinct combinations of roles exist, so each text is parsed once and remembered. */
const mostRemembered = 1000;

function createRoleReader(): (text: string | null) => readonly GrantedRole[] {
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

function parseRoles(text: string): readonly GrantedRole[] {
  const rows = JSON.parse(`[[${text}]]`) as [string, number, string[]][];
  return rows
    .map(([key, rank, permissions]) => ({ key, rank, permissions }))
    .sort((a, b) => b.rank - a.rank || (a.key < b.key ? -1 : 1));
}
