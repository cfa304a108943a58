import type { Role, RoleStore } from "@tenantry/core";
import { type Selectable, sql } from "kysely";
import { andThen } from "../awaitable.ts";
import { argumentsOf, assign, matches, without } from "../columns.ts";
import { defineQuery } from "../query.ts";
import { parseJson, toFlag } from "../records.ts";
import type { Database } from "../schema.ts";
import type { Session } from "../session.ts";

type Row = Selectable<Database["roles"]>;

export const roleColumns = [
  "tenant_id",
  "scope",
  "key",
  "organization_id",
  "name",
  "description",
  "rank",
  "permissions",
  "is_default",
  "revision",
  "created_at",
  "updated_at",
] as const satisfies readonly (keyof Row)[];

const key = ["tenant_id", "scope", "key"] as const;

const writableColumns = without(roleColumns, [...key, "organization_id", "rank", "created_at"]);

const insert = defineQuery("roles.insert", roleColumns, (db, p) =>
  db.insertInto("roles").values(assign(roleColumns, p)),
);

// Without an organization, its scope is that of the tenant again.
const find = defineQuery("roles.find", ["tenant_id", "organization_scope", "key"], (db, p) =>
  db
    .selectFrom("roles")
    .select(roleColumns)
    .where("tenant_id", "=", p.tenant_id)
    .where("scope", "in", [sql.lit("tenant"), p.organization_scope])
    .where("key", "=", p.key)
    .limit(sql.lit(1)),
);

const list = defineQuery("roles.list", ["tenant_id", "organization_scope"], (db, p) =>
  db
    .selectFrom("roles")
    .select(roleColumns)
    .where("tenant_id", "=", p.tenant_id)
    .where("scope", "in", [sql.lit("tenant"), p.organization_scope])
    .orderBy("rank", "desc")
    .orderBy("key")
    .limit(sql.lit(1000)),
);

const update = defineQuery("roles.update", [...writableColumns, ...key], (db, p) =>
  db.updateTable("roles").set(assign(writableColumns, p)).where(matches(key, p)),
);

const remove = defineQuery("roles.remove", key, (db, p) =>
  db.deleteFrom("roles").where(matches(key, p)),
);

const findOwnOfAny = defineQuery(
  "roles.isKeyTakenByAnOrganization",
  ["tenant_id", "key"],
  (db, p) =>
    db
      .selectFrom("roles")
      .select("key")
      .where("tenant_id", "=", p.tenant_id)
      .where("key", "=", p.key)
      .where("scope", "<>", sql.lit("tenant"))
      .limit(sql.lit(1)),
);

export function createRoleStore(session: Session): RoleStore {
  return {
    insert: (role) => session.write(insert, argumentsOf(roleColumns, toRow(role))),
    find: (tenantId, organizationId, roleKey) =>
      andThen(session.get(find, [tenantId, organizationId ?? "tenant", roleKey]), (row) =>
        row === undefined ? undefined : toRole(row),
      ),
    list: (tenantId, organizationId) =>
      andThen(session.all(list, [tenantId, organizationId ?? "tenant"]), (rows) =>
        rows.map(toRole),
      ),
    update: (role) => {
      const row = toRow(role);
      return session.write(update, [
        ...argumentsOf(writableColumns, row),
        ...argumentsOf(key, row),
      ]);
    },
    remove: (role) => session.write(remove, argumentsOf(key, toRow(role))),
    isKeyTakenByAnOrganization: (tenantId, roleKey) =>
      andThen(session.get(findOwnOfAny, [tenantId, roleKey]), (row) => row !== undefined),
  };
}

function toRow(role: Role): Row {
  return {
    ...role,
    scope: role.organization_id ?? "tenant",
    permissions: JSON.stringify(role.permissions),
    is_default: toFlag(role.is_default),
  };
}

function toRole(row: Row): Role {
  const { scope: _, ...role } = row;
  return { ...role, permissions: parseJson(row.permissions), is_default: row.is_default === 1 };
}
