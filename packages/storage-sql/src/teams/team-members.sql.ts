import type { TeamMember, TeamStore } from "@tenantry/core";
import { type Selectable, sql } from "kysely";
import { andThen } from "../awaitable.ts";
import { argumentsOf, assign, matches, without } from "../columns.ts";
import type { JsonField } from "../dialect.ts";
import { definePage, runPage } from "../page-query.ts";
import { defineQuery } from "../query.ts";
import { parseJson } from "../records.ts";
import type { Database } from "../schema.ts";
import type { Session } from "../session.ts";

type Row = Selectable<Database["team_members"]>;

export const teamMemberColumns = [
  "tenant_id",
  "organization_id",
  "team_id",
  "user_id",
  "role",
  "metadata",
  "revision",
  "created_at",
  "updated_at",
] as const satisfies readonly (keyof Row)[];

const key = ["tenant_id", "organization_id", "team_id", "user_id"] as const;

const writableColumns = without(teamMemberColumns, [...key, "created_at"]);

const insertMember = defineQuery("teams.insertMember", teamMemberColumns, (db, p) =>
  db.insertInto("team_members").values(assign(teamMemberColumns, p)),
);

const noteMember = defineQuery(
  "teams.insertMember note",
  ["tenant_id", "organization_id", "user_id"],
  (db, p) =>
    db
      .updateTable("memberships")
      .set({ was_in_team: sql.lit(1) })
      .where("tenant_id", "=", p.tenant_id)
      .where("organization_id", "=", p.organization_id)
      .where("user_id", "=", p.user_id)
      .where("was_in_team", "=", sql.lit(0)),
);

const findMember = defineQuery("teams.findMember", key, (db, p) =>
  db.selectFrom("team_members").select(teamMemberColumns).where(matches(key, p)),
);

const updateMember = defineQuery("teams.updateMember", [...writableColumns, ...key], (db, p) =>
  db.updateTable("team_members").set(assign(writableColumns, p)).where(matches(key, p)),
);

const removeMember = defineQuery("teams.removeMember", key, (db, p) =>
  db.deleteFrom("team_members").where(matches(key, p)),
);

const teamsOf = defineQuery("teams.teamsOf", ["tenant_id", "organization_id", "user_id"], (db, p) =>
  db
    .selectFrom("team_members")
    .select(teamMemberColumns)
    .where("tenant_id", "=", p.tenant_id)
    .where("organization_id", "=", p.organization_id)
    .where("user_id", "=", p.user_id)
    .orderBy("team_id"),
);

const item: Readonly<Record<string, JsonField>> = {
  tenant_id: "tm.tenant_id",
  organization_id: "tm.organization_id",
  team_id: "tm.team_id",
  user_id: "tm.user_id",
  role: "tm.role",
  metadata: { json: "tm.metadata" },
  revision: "tm.revision",
  created_at: "tm.created_at",
  updated_at: "tm.updated_at",
};

const page = definePage({
  name: "teams.listMembers",
  argumentNames: ["tenant_id", "organization_id", "team_id"],
  from: (db, p) =>
    db
      .selectFrom("team_members as tm")
      .where("tm.tenant_id", "=", p.tenant_id)
      .where("tm.organization_id", "=", p.organization_id)
      .where("tm.team_id", "=", p.team_id),
  key: "tm.user_id",
  item: (dialect) => dialect.jsonObject(item),
});

/** The part of the teams' port that concerns team members. */
export function createTeamMemberStore(
  session: Session,
): Pick<
  TeamStore,
  "insertMember" | "findMember" | "updateMember" | "removeMember" | "listMembers" | "teamsOf"
> {
  return {
    insertMember: (member) =>
      andThen(session.write(insertMember, argumentsOf(teamMemberColumns, toRow(member))), () =>
        session.write(noteMember, [member.tenant_id, member.organization_id, member.user_id]),
      ),
    findMember: (tenantId, organizationId, teamId, userId) =>
      andThen(session.get(findMember, [tenantId, organizationId, teamId, userId]), (row) =>
        row === undefined ? undefined : toTeamMember(row),
      ),
    updateMember: (member) =>
      session.write(updateMember, [
        ...argumentsOf(writableColumns, toRow(member)),
        ...argumentsOf(key, member),
      ]),
    removeMember: (tenantId, organizationId, teamId, userId) =>
      session.write(removeMember, [tenantId, organizationId, teamId, userId]),
    listMembers: (tenantId, organizationId, teamId, request) =>
      runPage(session, page, [tenantId, organizationId, teamId], request),
    teamsOf: (tenantId, organizationId, userId) =>
      andThen(session.all(teamsOf, [tenantId, organizationId, userId]), (rows) =>
        rows.map(toTeamMember),
      ),
  };
}

function toRow(member: TeamMember): Row {
  return { ...member, metadata: JSON.stringify(member.metadata) };
}

function toTeamMember(row: Row): TeamMember {
  return { ...row, role: row.role as TeamMember["role"], metadata: parseJson(row.metadata) };
}
