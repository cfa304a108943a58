import type { DenialRecord, SecurityLogStore } from "@tenantry/core";
import { type Selectable, sql } from "kysely";
import { andThen } from "../awaitable.ts";
import type { JsonField } from "../dialect.ts";
import { definePage, definePages, runPage } from "../page-query.ts";
import { defineQuery } from "../query.ts";
import type { Database } from "../schema.ts";
import type { Session } from "../session.ts";

type Row = Selectable<Database["security_log"]>;

export const denialColumns = [
  "tenant_id",
  "occurred_at",
  "id",
  "code",
  "operation",
  "actor_type",
  "actor_id",
  "organization_id",
  "permission",
  "request_id",
] as const satisfies readonly (keyof Row)[];

// One statement for any number of records, because refusals come in bursts.
const append = defineQuery("securityLog.append", ["records"], (db, p, dialect) =>
  db
    .insertInto("security_log")
    .columns(denialColumns)
    .expression(dialect.rowsOfJson(denialColumns, p.records)),
);

const dropOldest = defineQuery("securityLog.append keep", ["tenant_id", "keep"], (db, p) => {
  const oldestDropped = db
    .selectFrom("security_log")
    .select(["occurred_at", "id"])
    .where("tenant_id", "=", p.tenant_id)
    .orderBy("occurred_at", "desc")
    .orderBy("id", "desc")
    .limit(sql.lit(1))
    .offset(p.keep);
  return sql<never>`
    delete from security_log where tenant_id = ${p.tenant_id} and (occurred_at, id) <= ${oldestDropped}`;
});

const item: Readonly<Record<string, JsonField>> = {
  id: "d.id",
  tenant_id: "d.tenant_id",
  occurred_at: "d.occurred_at",
  code: "d.code",
  operation: "d.operation",
  actor: { object: { type: "d.actor_type", id: "d.actor_id" } },
  organization_id: "d.organization_id",
  permission: "d.permission",
  request_id: "d.request_id",
};

const filters = ["organization_id", "actor_id", "code"] as const;
type Filter = (typeof filters)[number];

// A filter reads the tenant's log in order. The log is bounded, so that costs less than an index that every refusal
// would have to update.
const pages = definePages(filters, (given) =>
  definePage({
    name: `securityLog.list ${[...given].join(" ")}`,
    argumentNames: ["tenant_id", ...given] as readonly (Filter | "tenant_id")[],
    from: (db, p) => {
      let denials = db.selectFrom("security_log as d").where("d.tenant_id", "=", p.tenant_id);
      for (const name of given) denials = denials.where(`d.${name}`, "=", p[name]);
      return denials;
    },
    key: ["d.occurred_at", "d.id"],
    isDescending: true,
    item: (dialect) => dialect.jsonObject(item),
  }),
);

export function createSecurityLogStore(session: Session): SecurityLogStore {
  return {
    append: (tenantId, records, keep) => {
      const rows = records.map((record: DenialRecord) =>
        denialColumns.map((column) => record[column]),
      );
      return andThen(session.write(append, [JSON.stringify(rows)]), () =>
        session.write(dropOldest, [tenantId, keep]),
      );
    },
    list: (tenantId, filter, page) => {
      const given = filters.filter((name) => filter[name] !== undefined);
      const args = given.map((name) => filter[name] as string);
      return runPage(session, pages.of(given), [tenantId, ...args], page);
    },
  };
}
