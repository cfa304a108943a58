import type { TenantRecord, TenantStore } from "@tenantry/core";
import { type Selectable, sql } from "kysely";
import { andThen } from "../awaitable.ts";
import { argumentsOf, assign, without } from "../columns.ts";
import { defineQuery } from "../query.ts";
import type { Database } from "../schema.ts";
import type { Session } from "../session.ts";
import { listTenants } from "./tenants-list.sql.ts";

type Row = Omit<Selectable<Database["tenants"]>, "fenced">;

export const tenantColumns = [
  "id",
  "slug",
  "short_id",
  "name",
  "status",
  "placement",
  "revision",
  "created_at",
  "updated_at",
  "name_key",
  "row_revision",
  "deleted_at",
] as const satisfies readonly (keyof Row)[];

const writableColumns = without(tenantColumns, ["id", "short_id", "revision", "created_at"]);

const insert = defineQuery("tenants.insert", tenantColumns, (db, p) =>
  db.insertInto("tenants").values(assign(tenantColumns, p)),
);

const find = defineQuery("tenants.find", ["id"], (db, p) =>
  db.selectFrom("tenants").select(tenantColumns).where("id", "=", p.id),
);

const findBySlug = defineQuery("tenants.findBySlug", ["slug"], (db, p) =>
  db.selectFrom("tenants").select(tenantColumns).where("slug", "=", p.slug),
);

const findByShortId = defineQuery("tenants.findByShortId", ["short_id"], (db, p) =>
  db.selectFrom("tenants").select(tenantColumns).where("short_id", "=", p.short_id),
);

const all = defineQuery("tenants.all", [], (db) =>
  db.selectFrom("tenants").select(tenantColumns).orderBy("id"),
);

const lock = defineQuery("tenants.lock", ["id"], (db, p) =>
  db
    .updateTable("tenants")
    .set((eb) => ({ revision: eb("revision", "+", sql.lit(1)) }))
    .where("id", "=", p.id)
    .returning(tenantColumns),
);

const update = defineQuery("tenants.update", ["id", ...writableColumns], (db, p) =>
  db.updateTable("tenants").set(assign(writableColumns, p)).where("id", "=", p.id),
);

const putCopy = defineQuery("tenants.putCopy", tenantColumns, (db, p) =>
  db
    .insertInto("tenants")
    .values(assign(tenantColumns, p))
    .onConflict((conflict) =>
      conflict.column("id").doUpdateSet((eb) => ({
        slug: eb.ref("excluded.slug"),
        name: eb.ref("excluded.name"),
        name_key: eb.ref("excluded.name_key"),
        status: eb.ref("excluded.status"),
        placement: eb.ref("excluded.placement"),
        revision: eb.ref("excluded.revision"),
        row_revision: eb.ref("excluded.row_revision"),
        updated_at: eb.ref("excluded.updated_at"),
        deleted_at: eb.ref("excluded.deleted_at"),
      })),
    ),
);

const removeCopy = defineQuery("tenants.removeCopy", ["id"], (db, p) =>
  db.deleteFrom("tenants").where("id", "=", p.id),
);

export function createTenantStore(session: Session): TenantStore {
  const findWith = (query: typeof find, value: string) =>
    andThen(session.get(query, [value]), (row) => (row === undefined ? undefined : toTenant(row)));
  return {
    insert: (tenant) => session.write(insert, argumentsOf(tenantColumns, tenant)),
    find: (id) => findWith(find, id),
    findBySlug: (slug) => findWith(findBySlug, slug),
    findByShortId: (shortId) => findWith(findByShortId, shortId),
    list: (filter, page) => listTenants(session, filter, page),
    all: () => andThen(session.all(all, []), (rows) => rows.map(toTenant)),
    lock: (id) => findWith(lock, id),
    update: (tenant) => session.write(update, argumentsOf(["id", ...writableColumns], tenant)),
    putCopy: (tenant) => session.write(putCopy, argumentsOf(tenantColumns, tenant)),
    removeCopy: (id) => session.write(removeCopy, [id]),
  };
}

function toTenant(row: Row): TenantRecord {
  return {
    ...row,
    status: row.status as TenantRecord["status"],
    placement: row.placement as TenantRecord["placement"],
  };
}
