import type { AccessRecord, AccessStore, Awaitable, GrantedRole } from "@tenantry/core";
import { sql } from "kysely";
import { andThen } from "../awaitable.ts";
import { defineQuery } from "../query.ts";
import type { Session } from "../session.ts";

/** One row for each role that the member holds by themselves; every member holds at least one. */
interface AccessRow {
  readonly organization_status: string;
  readonly organization_revision: number;
  readonly tenant_status: string;
  readonly is_tenant_administrator: number;
  readonly tenant_revision: number;
  readonly user_status: string;
  readonly membership_status: string;
  readonly was_in_team: number;
  readonly role_key: string;
  readonly role_rank: number;
  readonly role_permissions: string;
}

const argumentNames = ["tenant_id", "organization_id", "user_id"] as const;

// Only inner joins of whole keys: each level of sub-queries and each outer join costs PostgreSQL a step, and another
// one under row-level security (ADR 0012).
const findAccess = defineQuery(
  "access.findAccess",
  argumentNames,
  (_, p) => sql<AccessRow>`
    select o.status as organization_status, o.revision as organization_revision,
      t.status as tenant_status, t.revision as tenant_revision,
      u.status as user_status, u.is_tenant_administrator,
      m.status as membership_status, m.was_in_team,
      r.key as role_key, r.rank as role_rank, r.permissions as role_permissions
    from memberships as m
    join organizations as o on o.tenant_id = m.tenant_id and o.id = m.organization_id
    join users as u on u.tenant_id = m.tenant_id and u.id = m.user_id
    join tenants as t on t.id = m.tenant_id
    join membership_roles as mr on mr.tenant_id = m.tenant_id and mr.organization_id = m.organization_id
      and mr.user_id = m.user_id
    join roles as r on r.tenant_id = mr.tenant_id and r.scope = mr.role_scope and r.key = mr.role_key
    where m.tenant_id = ${p.tenant_id} and m.organization_id = ${p.organization_id} and m.user_id = ${p.user_id}`,
);

interface TeamRolesRow {
  readonly organization_revision: number;
  readonly tenant_revision: number;
  readonly team_roles: string | null;
}

/** Stands between roles, each of which is the inside of a JSON array. */
const between = "],[";

// The sub-query refers to the organization, so that the tenant and the organization are bound only once.
const findTeamRoles = defineQuery(
  "access.findAccess teams",
  argumentNames,
  (_, p, dialect) => sql<TeamRolesRow>`
    select o.revision as organization_revision, t.revision as tenant_revision, (
      with recursive around (id) as (
        select tm.team_id from team_members as tm
        where tm.tenant_id = o.tenant_id and tm.organization_id = o.id and tm.user_id = ${p.user_id}
        union
        select tt.parent_team_id from around
        join teams as tt on tt.tenant_id = o.tenant_id and tt.organization_id = o.id and tt.id = around.id
      )
      select ${dialect.joinTexts(
        sql<string>`${dialect.jsonText("r.key")} || ',' || r.rank || ',' || r.permissions`,
        between,
      )} from around
      join team_roles as tr on tr.tenant_id = o.tenant_id and tr.organization_id = o.id and tr.team_id = around.id
      join roles as r on r.tenant_id = o.tenant_id and r.scope = tr.role_scope and r.key = tr.role_key
    ) as team_roles
    from organizations as o
    join tenants as t on t.id = o.tenant_id
    where o.tenant_id = ${p.tenant_id} and o.id = ${p.organization_id}`,
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

  function find(key: readonly [string, string, string]): Awaitable<AccessRecord | undefined> {
    return andThen(session.all(findAccess, key), (rows) => {
      const [row] = rows;
      if (row === undefined) return undefined;
      const own = ownRoles(rows);
      if (row.was_in_team === 0) return toAccess(row, readRoles(own));
      return andThen(session.get(findTeamRoles, key), (teams) => {
        // Every change of a role, a team or a membership raises one of the revisions, so that with both the same the
        // two reads show one moment.
        const isSame =
          teams?.organization_revision === row.organization_revision &&
          teams.tenant_revision === row.tenant_revision;
        if (!isSame) return find(key);
        const { team_roles } = teams;
        return toAccess(row, readRoles(team_roles === null ? own : own + between + team_roles));
      });
    });
  }

  return {
    findAccess: (tenantId, organizationId, userId) => find([tenantId, organizationId, userId]),
    organizationRevision: (tenantId, id) =>
      andThen(session.get(organizationRevision, [tenantId, id]), (row) => row?.revision),
  };
}

/** As the teams' roles come from the database. Most members hold a single role. */
function ownRoles(rows: readonly AccessRow[]): string {
  let roles = "";
  for (const { role_key, role_rank, role_permissions } of rows) {
    if (roles !== "") roles += between;
    roles += `${JSON.stringify(role_key)},${role_rank},${role_permissions}`;
  }
  return roles;
}

function toAccess(row: AccessRow, roles: readonly GrantedRole[]) {
  // Field by field, because leaving fields out of a copy takes ten times as long.
  return {
    organization_status: row.organization_status,
    organization_revision: row.organization_revision,
    tenant_status: row.tenant_status,
    tenant_revision: row.tenant_revision,
    user_status: row.user_status,
    is_tenant_administrator: row.is_tenant_administrator === 1,
    membership_status: row.membership_status,
    roles,
  } as AccessRecord;
}

/** Few distinct combinations of roles exist, so each text is parsed once and remembered. */
const mostRemembered = 1000;

function createRoleReader(): (text: string) => readonly GrantedRole[] {
  const remembered = new Map<string, readonly GrantedRole[]>();
  return (text) => {
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
