import type { HeldRole, TeamRecord, TeamStore } from "@tenantry/core";
import { type Selectable, sql } from "kysely";
import { andThen, inOrder } from "../awaitable.ts";
import { argumentsOf, assign, matches, without } from "../columns.ts";
import type { JsonField } from "../dialect.ts";
import { definePage, definePages, runPage } from "../page-query.ts";
import { defineQuery } from "../query.ts";
import { parseJson } from "../records.ts";
import type { Database } from "../schema.ts";
import type { Session, SqlValue } from "../session.ts";
import { createTeamMemberStore } from "./team-members.sql.ts";

type Row = Selectable<Database["teams"]>;

export const teamColumns = [
  "tenant_id",
  "organization_id",
  "id",
  "parent_team_id",
  "depth",
  "name",
  "name_key",
  "description",
  "roles",
  "metadata",
  "revision",
  "created_at",
  "updated_at",
] as const satisfies readonly (keyof Row)[];

const key = ["tenant_id", "organization_id", "id"] as const;

const writableColumns = without(teamColumns, [...key, "created_at"]);

const insert = defineQuery("teams.insert", teamColumns, (db, p) =>
  db.insertInto("teams").values(assign(teamColumns, p)),
);

export const teamRoleColumns = [
  "tenant_id",
  "organization_id",
  "team_id",
  "role_scope",
  "role_key",
] as const;

const insertRole = defineQuery("teams.insert role", teamRoleColumns, (db, p) =>
  db.insertInto("team_roles").values(assign(teamRoleColumns, p)),
);

const removeRoles = defineQuery("teams.update roles", key, (db, p) =>
  db
    .deleteFrom("team_roles")
    .where("tenant_id", "=", p.tenant_id)
    .where("organization_id", "=", p.organization_id)
    .where("team_id", "=", p.id),
);

const find = defineQuery("teams.find", key, (db, p) =>
  db.selectFrom("teams").select(teamColumns).where(matches(key, p)),
);

const findByNameKey = defineQuery(
  "teams.findByNameKey",
  ["tenant_id", "organization_id", "name_key"],
  (db, p) =>
    db
      .selectFrom("teams")
      .select(teamColumns)
      .where("tenant_id", "=", p.tenant_id)
      .where("organization_id", "=", p.organization_id)
      .where("name_key", "=", p.name_key),
);

const update = defineQuery("teams.update", [...writableColumns, ...key], (db, p) =>
  db.updateTable("teams").set(assign(writableColumns, p)).where(matches(key, p)),
);

// Its roles and members are removed with it (ON DELETE CASCADE); teams inside it prevent the removal.
const remove = defineQuery("teams.remove", key, (db, p) =>
  db.deleteFrom("teams").where(matches(key, p)),
);

const children = defineQuery("teams.children", key, (db, p) =>
  db
    .selectFrom("teams")
    .select(teamColumns)
    .where("tenant_id", "=", p.tenant_id)
    .where("organization_id", "=", p.organization_id)
    .where("parent_team_id", "=", p.id)
    .orderBy("id"),
);

const all = defineQuery("teams.all", ["tenant_id", "organization_id"], (db, p) =>
  db
    .selectFrom("teams")
    .select(teamColumns)
    .where("tenant_id", "=", p.tenant_id)
    .where("organization_id", "=", p.organization_id)
    .orderBy("id"),
);

const rolesThroughTeam = defineQuery(
  "teams.rolesThroughTeam",
  key,
  (_, p) => sql<{ role_scope: string; role_key: string }>`
    with recursive around (id, parent_team_id) as (
      select id, parent_team_id from teams
      where tenant_id = ${p.tenant_id} and organization_id = ${p.organization_id} and id = ${p.id}
      union
      select t.id, t.parent_team_id from around
      join teams as t on t.tenant_id = ${p.tenant_id} and t.organization_id = ${p.organization_id}
        and t.id = around.parent_team_id
    )
    select distinct r.role_scope, r.role_key from team_roles as r
    where r.tenant_id = ${p.tenant_id} and r.organization_id = ${p.organization_id}
      and r.team_id in (select id from around)
    order by r.role_scope, r.role_key`,
);

const item: Readonly<Record<string, JsonField>> = {
  id: "t.id",
  tenant_id: "t.tenant_id",
  organization_id: "t.organization_id",
  parent_team_id: "t.parent_team_id",
  name: "t.name",
  description: "t.description",
  roles: { json: "t.roles" },
  metadata: { json: "t.metadata" },
  revision: "t.revision",
  created_at: "t.created_at",
  updated_at: "t.updated_at",
};

const filters = ["q", "parent_team_id"] as const;
type Filter = (typeof filters)[number];

const pages = definePages(filters, (given) =>
  definePage({
    name: `teams.list ${[...given].join(" ")}`,
    argumentNames: ["tenant_id", "organization_id", ...given] as readonly (
      | Filter
      | "tenant_id"
      | "organization_id"
    )[],
    from: (db, p, dialect) => {
      let teams = db
        .selectFrom("teams as t")
        .where("t.tenant_id", "=", p.tenant_id)
        .where("t.organization_id", "=", p.organization_id);
      if (given.has("parent_team_id")) {
        teams = teams.where("t.parent_team_id", "=", p.parent_team_id);
      }
      if (given.has("q")) teams = teams.where(dialect.contains("t.name_key", p.q));
      return teams;
    },
    key: "t.id",
    item: (dialect) => dialect.jsonObject(item),
  }),
);

export function createTeamStore(session: Session): TeamStore {
  const findWith = (query: typeof find, args: readonly SqlValue[]) =>
    andThen(session.get(query, args), (row) => (row === undefined ? undefined : toRecord(row)));
  const findAll = (query: typeof find, args: readonly SqlValue[]) =>
    andThen(session.all(query, args), (rows) => rows.map(toRecord));
  return {
    ...createTeamMemberStore(session),
    insert: (team, roles) =>
      andThen(session.write(insert, argumentsOf(teamColumns, toRow(team))), () =>
        insertRoles(session, team, roles),
      ),
    find: (tenantId, organizationId, id) => findWith(find, [tenantId, organizationId, id]),
    findByNameKey: (tenantId, organizationId, nameKey) =>
      findWith(findByNameKey, [tenantId, organizationId, nameKey]),
    update: (team, roles) =>
      andThen(
        session.write(update, [
          ...argumentsOf(writableColumns, toRow(team)),
          ...argumentsOf(key, team),
        ]),
        () => (roles === null ? undefined : replaceRoles(session, team, roles)),
      ),
    remove: (tenantId, organizationId, id) => session.write(remove, [tenantId, organizationId, id]),
    children: (tenantId, organizationId, id) => findAll(children, [tenantId, organizationId, id]),
    list: (tenantId, organizationId, filter, page) => {
      const given = filters.filter((name) => filter[name] !== undefined);
      const args = given.map((name) => filter[name] as string);
      return runPage(session, pages.of(given), [tenantId, organizationId, ...args], page);
    },
    all: (tenantId, organizationId) => findAll(all, [tenantId, organizationId]),
    rolesThroughTeam: (tenantId, organizationId, teamId) =>
      andThen(session.all(rolesThroughTeam, [tenantId, organizationId, teamId]), (rows) =>
        rows.map(toHeldRole),
      ),
  };
}

function insertRoles(session: Session, team: TeamRecord, roles: readonly HeldRole[]) {
  const { tenant_id, organization_id, id } = team;
  return inOrder(roles, (role) => {
    const scope = role.scope === "tenant" ? "tenant" : organization_id;
    return session.write(insertRole, [tenant_id, organization_id, id, scope, role.key]);
  });
}

function replaceRoles(session: Session, team: TeamRecord, roles: readonly HeldRole[]) {
  return andThen(session.write(removeRoles, argumentsOf(key, team)), () =>
    insertRoles(session, team, roles),
  );
}

function toHeldRole(row: { role_scope: string; role_key: string }): HeldRole {
  return { scope: row.role_scope === "tenant" ? "tenant" : "organization", key: row.role_key };
}

function toRow(team: TeamRecord): Row {
  return { ...team, roles: JSON.stringify(team.roles), metadata: JSON.stringify(team.metadata) };
}

function toRecord(row: Row): TeamRecord {
  return { ...row, roles: parseJson(row.roles), metadata: parseJson(row.metadata) };
}
