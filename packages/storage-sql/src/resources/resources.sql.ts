import type { ResourceStore } from "@tenantry/core";
import { type Selectable, sql } from "kysely";
import { andThen } from "../awaitable.ts";
import { argumentsOf, assign, matches } from "../columns.ts";
import type { JsonField } from "../dialect.ts";
import { definePage, definePages, runPage } from "../page-query.ts";
import { defineQuery } from "../query.ts";
import type { Database } from "../schema.ts";
import type { Session } from "../session.ts";

type Row = Selectable<Database["resources"]>;

export const resourceColumns = [
  "tenant_id",
  "organization_id",
  "type",
  "external_id",
  "name",
  "revision",
  "created_at",
] as const satisfies readonly (keyof Row)[];

const key = ["tenant_id", "organization_id", "type", "external_id"] as const;
const typeKey = ["tenant_id", "organization_id", "type"] as const;

const insert = defineQuery("resources.insert", resourceColumns, (db, p) =>
  db.insertInto("resources").values(assign(resourceColumns, p)),
);

const find = defineQuery("resources.find", key, (db, p) =>
  db.selectFrom("resources").select(resourceColumns).where(matches(key, p)),
);

const remove = defineQuery("resources.remove", key, (db, p) =>
  db.deleteFrom("resources").where(matches(key, p)),
);

const countOneMore = defineQuery("resources.insert count", typeKey, (db, p) =>
  db
    .insertInto("resource_counts")
    .values({ ...assign(typeKey, p), count: sql.lit(1) })
    .onConflict((conflict) =>
      conflict
        .columns(["tenant_id", "organization_id", "type"])
        .doUpdateSet((eb) => ({ count: eb("resource_counts.count", "+", sql.lit(1)) })),
    ),
);

const countOneLess = defineQuery("resources.remove count", typeKey, (db, p) =>
  db
    .updateTable("resource_counts")
    .set((eb) => ({ count: eb("count", "-", sql.lit(1)) }))
    .where(matches(typeKey, p)),
);

const item: Readonly<Record<string, JsonField>> = {
  tenant_id: "s.tenant_id",
  organization_id: "s.organization_id",
  type: "s.type",
  external_id: "s.external_id",
  name: "s.name",
  revision: "s.revision",
  created_at: "s.created_at",
};

const pages = definePages(["type"], (given) =>
  definePage({
    name: `resources.list ${[...given].join(" ")}`,
    argumentNames: ["tenant_id", "organization_id", ...given] as readonly (
      | "type"
      | "tenant_id"
      | "organization_id"
    )[],
    from: (db, p) => {
      const resources = db
        .selectFrom("resources as s")
        .where("s.tenant_id", "=", p.tenant_id)
        .where("s.organization_id", "=", p.organization_id);
      return given.has("type") ? resources.where("s.type", "=", p.type) : resources;
    },
    key: ["s.type", "s.external_id"],
    item: (dialect) => dialect.jsonObject(item),
  }),
);

export function createResourceStore(session: Session): ResourceStore {
  return {
    insert: (resource) =>
      andThen(session.write(insert, argumentsOf(resourceColumns, resource)), () =>
        session.write(countOneMore, argumentsOf(typeKey, resource)),
      ),
    find: (tenantId, organizationId, type, externalId) =>
      andThen(session.get(find, [tenantId, organizationId, type, externalId]), (row) =>
        row === undefined ? undefined : { ...row },
      ),
    remove: (tenantId, organizationId, type, externalId) =>
      andThen(session.run(remove, [tenantId, organizationId, type, externalId]), (removed) =>
        removed === 0 ? undefined : session.write(countOneLess, [tenantId, organizationId, type]),
      ),
    list: (tenantId, organizationId, type, page) =>
      type === undefined
        ? runPage(session, pages.of([]), [tenantId, organizationId], page)
        : runPage(session, pages.of(["type"]), [tenantId, organizationId, type], page),
  };
}
