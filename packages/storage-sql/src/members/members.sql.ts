import {
  type HeldRole,
  type Member,
  type MemberStore,
  type Membership,
  ownerRole,
} from "@tenantry/core";
import { type Kysely, type Selectable, sql } from "kysely";
import { andThen, inOrder } from "../awaitable.ts";
import { argumentsOf, assign, matches, without } from "../columns.ts";
import { defineQuery, type Params } from "../query.ts";
import { parseJson } from "../records.ts";
import type { Database } from "../schema.ts";
import type { Session } from "../session.ts";
import { listMembers, listUserOrganizations } from "./members-list.sql.ts";

type Row = Omit<Selectable<Database["memberships"]>, "was_in_team">;

export const membershipColumns = [
  "tenant_id",
  "organization_id",
  "user_id",
  "id",
  "role",
  "roles",
  "status",
  "invited_by_user_id",
  "joined_at",
  "last_active_at",
  "metadata",
  "revision",
  "created_at",
  "updated_at",
] as const satisfies readonly (keyof Row)[];

const key = ["tenant_id", "organization_id", "user_id"] as const;

const writableColumns = without(membershipColumns, [...key, "id", "created_at"]);

const insert = defineQuery("members.insert", membershipColumns, (db, p) =>
  db.insertInto("memberships").values(assign(membershipColumns, p)),
);

export const membershipRoleColumns = [...key, "role_scope", "role_key"] as const;

const insertRole = defineQuery("members.insert role", membershipRoleColumns, (db, p) =>
  db.insertInto("membership_roles").values(assign(membershipRoleColumns, p)),
);

const removeRoles = defineQuery("members.update roles", key, (db, p) =>
  db.deleteFrom("membership_roles").where(matches(key, p)),
);

const find = defineQuery("members.find", key, (db, p) =>
  db.selectFrom("memberships").select(membershipColumns).where(matches(key, p)),
);

const findMember = defineQuery("members.findMember", key, (db, p) =>
  db
    .selectFrom("memberships as m")
    .innerJoin("users as u", (join) =>
      join.onRef("u.tenant_id", "=", "m.tenant_id").onRef("u.id", "=", "m.user_id"),
    )
    .select(membershipColumns.map((column) => `m.${column}` as const))
    .select(["u.username", "u.email", "u.name"])
    .where("m.tenant_id", "=", p.tenant_id)
    .where("m.organization_id", "=", p.organization_id)
    .where("m.user_id", "=", p.user_id),
);

const update = defineQuery("members.update", [...writableColumns, ...key], (db, p) =>
  db.updateTable("memberships").set(assign(writableColumns, p)).where(matches(key, p)),
);

// Roles and team memberships are removed with it (ON DELETE CASCADE).
const remove = defineQuery("members.remove", key, (db, p) =>
  db.deleteFrom("memberships").where(matches(key, p)),
);

const touch = defineQuery("members.touch", ["last_active_at", ...key], (db, p) =>
  db.updateTable("memberships").set({ last_active_at: p.last_active_at }).where(matches(key, p)),
);

function otherOwners(db: Kysely<Database>, p: Params<(typeof key)[number]>) {
  return db
    .selectFrom("membership_roles as r")
    .innerJoin("memberships as m", (join) =>
      join
        .onRef("m.tenant_id", "=", "r.tenant_id")
        .onRef("m.organization_id", "=", "r.organization_id")
        .onRef("m.user_id", "=", "r.user_id"),
    )
    .innerJoin("users as u", (join) =>
      join.onRef("u.tenant_id", "=", "r.tenant_id").onRef("u.id", "=", "r.user_id"),
    )
    .select("r.user_id")
    .where("r.tenant_id", "=", p.tenant_id)
    .where("r.role_scope", "=", sql.lit("tenant"))
    .where("r.role_key", "=", sql.lit(ownerRole))
    .where("r.organization_id", "=", p.organization_id)
    .where("r.user_id", "<>", p.user_id)
    .where("m.status", "=", sql.lit("active"))
    .where("u.status", "=", sql.lit("active"))
    .limit(sql.lit(1));
}

const findOtherOwner = defineQuery("members.findOtherOwner", key, otherOwners);

// Deactivating a user locks the organizations that they were seen to own, and no others. So the other owner who is
// relied on is locked here.
const holdOtherOwner = defineQuery("members.findOtherOwner held", key, (db, p, dialect) =>
  dialect.hold(otherOwners(db, p), "as it is", ["m", "u"]),
);

const organizationsOwnedBy = defineQuery(
  "members.organizationsOwnedBy",
  ["tenant_id", "user_id"],
  (db, p) =>
    db
      .selectFrom("memberships as m")
      .innerJoin("membership_roles as r", (join) =>
        join
          .onRef("r.tenant_id", "=", "m.tenant_id")
          .onRef("r.organization_id", "=", "m.organization_id")
          .onRef("r.user_id", "=", "m.user_id"),
      )
      .innerJoin("organizations as o", (join) =>
        join.onRef("o.tenant_id", "=", "m.tenant_id").onRef("o.id", "=", "m.organization_id"),
      )
      .select("m.organization_id")
      .where("m.tenant_id", "=", p.tenant_id)
      .where("m.user_id", "=", p.user_id)
      .where("m.status", "=", sql.lit("active"))
      .where("r.role_scope", "=", sql.lit("tenant"))
      .where("r.role_key", "=", sql.lit(ownerRole))
      .where("o.status", "<>", sql.lit("deleted"))
      .orderBy("m.organization_id"),
);

export function createMemberStore(session: Session): MemberStore {
  return {
    insert: (membership, roles) =>
      andThen(session.write(insert, argumentsOf(membershipColumns, toRow(membership))), () =>
        insertRoles(session, membership, roles),
      ),
    find: (tenantId, organizationId, userId) =>
      andThen(session.get(find, [tenantId, organizationId, userId]), (row) =>
        row === undefined ? undefined : toMembership(row),
      ),
    findMember: (tenantId, organizationId, userId) =>
      andThen(session.get(findMember, [tenantId, organizationId, userId]), (row) =>
        row === undefined ? undefined : toMember(row),
      ),
    update: (membership, roles) =>
      andThen(
        session.write(update, [
          ...argumentsOf(writableColumns, toRow(membership)),
          ...argumentsOf(key, membership),
        ]),
        () => (roles === null ? undefined : replaceRoles(session, membership, roles)),
      ),
    remove: (tenantId, organizationId, userId) =>
      session.write(remove, [tenantId, organizationId, userId]),
    hasOtherOwner: (tenantId, organizationId, userId) =>
      andThen(
        session.get(session.holdsRows ? holdOtherOwner : findOtherOwner, [
          tenantId,
          organizationId,
          userId,
        ]),
        (row) => row !== undefined,
      ),
    touch: (tenantId, organizationId, userId, at) =>
      session.write(touch, [at, tenantId, organizationId, userId]),
    list: (tenantId, organizationId, filter, page) =>
      listMembers(session, tenantId, organizationId, filter, page),
    listUserOrganizations: (tenantId, userId, page) =>
      listUserOrganizations(session, tenantId, userId, page),
    organizationsOwnedBy: (tenantId, userId) =>
      andThen(session.all(organizationsOwnedBy, [tenantId, userId]), (rows) =>
        rows.map((row) => row.organization_id),
      ),
  };
}

function insertRoles(session: Session, membership: Membership, roles: readonly HeldRole[]) {
  const { tenant_id, organization_id, user_id } = membership;
  return inOrder(roles, (role) =>
    session.write(insertRole, [
      tenant_id,
      organization_id,
      user_id,
      role.scope === "tenant" ? "tenant" : organization_id,
      role.key,
    ]),
  );
}

function replaceRoles(session: Session, membership: Membership, roles: readonly HeldRole[]) {
  return andThen(session.write(removeRoles, argumentsOf(key, membership)), () =>
    insertRoles(session, membership, roles),
  );
}

function toRow(membership: Membership): Row {
  return {
    ...membership,
    roles: JSON.stringify(membership.roles),
    metadata: JSON.stringify(membership.metadata),
  };
}

function toMembership(row: Row): Membership {
  return {
    ...row,
    roles: parseJson(row.roles),
    status: row.status as Membership["status"],
    metadata: parseJson(row.metadata),
  };
}

function toMember(
  row: Row & { username: string | null; email: string | null; name: string | null },
): Member {
  const { username, email, name, ...membership } = row;
  return { ...toMembership(membership), user: { id: row.user_id, username, email, name } };
}
