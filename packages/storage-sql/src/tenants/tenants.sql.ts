import type { Tenant, TenantStore } from "@tenantry/core";
import { type Selectable, sql } from "kysely";
import { andThen, settle } from "../awaitable.ts";
import { argumentsOf, assign } from "../columns.ts";
import { defineQuery } from "../query.ts";
import type { Database } from "../schema.ts";
import type { Session } from "../session.ts";

type Row = Selectable<Database["tenants"]>;

const columns = [
  "id",
  "slug",
  "short_id",
  "name",
  "status",
  "placement",
  "revision",
  "created_at",
  "updated_at",
] as const satisfies readonly (keyof Row)[];

const insert = defineQuery("tenants.insert", columns, (db, p) =>
  db.insertInto("tenants").values(assign(columns, p)),
);

const find = defineQuery("tenants.find", ["id"], (db, p) =>
  db.selectFrom("tenants").select(columns).where("id", "=", p.id),
);

const findBySlug = defineQuery("tenants.findBySlug", ["slug"], (db, p) =>
  db.selectFrom("tenants").select(columns).where("slug", "=", p.slug),
);

const findByShortId = defineQuery("tenants.findByShortId", ["short_id"], (db, p) =>
  db.selectFrom("tenants").select(columns).where("short_id", "=", p.short_id),
);

const list = defineQuery("tenants.list", [], (db) =>
  db.selectFrom("tenants").select(columns).orderBy("id"),
);

const lock = defineQuery("tenants.lock", ["id"], (db, p) =>
  db
    .updateTable("tenants")
    .set((eb) => ({ revision: eb("revision", "+", sql.lit(1)) }))
    .where("id", "=", p.id)
    .returning(columns),
);

export function createTenantStore(session: Session): TenantStore {
  const findWith = (query: typeof find, value: string) =>
    andThen(session.get(query, [value]), (row) => (row === undefined ? undefined : toTenant(row)));
  return {
    insert: (tenant) => settle(session.run(insert, argumentsOf(columns, tenant))),
    find: (id) => findWith(find, id),
    findBySlug: (slug) => findWith(findBySlug, slug),
    findByShortId: (shortId) => findWith(findByShortId, shortId),
    list: () => andThen(session.all(list, []), (rows) => rows.map(toTenant)),
    lock: (id) => findWith(lock, id),
  };
}

function toTenant(row: Row): Tenant {
  return {
    ...row,
    status: row.status as Tenant["status"],
    placement: row.placement as Tenant["placement"],
  };
}
