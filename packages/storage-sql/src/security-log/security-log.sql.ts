import type { DenialRecord, SecurityLogStore } from "@tenantry/core";
import { type Selectable, sql } from "kysely";
import { andThen } from "../awaitable.ts";
import { defineQuery } from "../query.ts";
import type { Database } from "../schema.ts";
import type { Session } from "../session.ts";

type Row = Selectable<Database["security_log"]>;

const columns = [
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

// One statement for however many: refusals come in bursts.
const append = defineQuery("securityLog.append", ["records"], (db, p, dialect) =>
  db.insertInto("security_log").columns(columns).expression(dialect.rowsOfJson(columns, p.records)),
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

const list = defineQuery("securityLog.list", ["tenant_id", "limit"], (db, p, dialect) =>
  db
    .selectFrom("security_log")
    .select(columns)
    .where("tenant_id", "=", p.tenant_id)
    .orderBy("occurred_at", "desc")
    .orderBy("id", "desc")
    .limit(dialect.limit(p.limit)),
);

export function createSecurityLogStore(session: Session): SecurityLogStore {
  return {
    append: (tenantId, records, keep) => {
      const rows = records.map((record: DenialRecord) => columns.map((column) => record[column]));
      return andThen(session.write(append, [JSON.stringify(rows)]), () =>
        session.write(dropOldest, [tenantId, keep]),
      );
    },
    list: (tenantId, limit) =>
      andThen(session.all(list, [tenantId, limit]), (rows) => rows.map((row) => ({ ...row }))),
  };
}
