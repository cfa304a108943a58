import type { PurgeRecord, PurgeStore } from "@tenantry/core";
import { type Selectable, sql } from "kysely";
import { andThen, settle } from "../awaitable.ts";
import { argumentsOf, assign } from "../columns.ts";
import { defineQuery } from "../query.ts";
import type { Database } from "../schema.ts";
import type { Session } from "../session.ts";

type Row = Selectable<Database["tenant_purges"]>;

export const purgeColumns = [
  "tenant_id",
  "tenant",
  "kept_server",
  "kept_database",
  "serial",
  "event_after",
  "actor_type",
  "actor_id",
  "begun_at",
  "purged_at",
] as const satisfies readonly (keyof Row)[];

const insert = defineQuery("purges.insert", purgeColumns, (db, p) =>
  db.insertInto("tenant_purges").values(assign(purgeColumns, p)),
);

// Not called tenant_id, for the reason given in placements.sql.ts.
const find = defineQuery("purges.find", ["whose"], (db, p) =>
  db.selectFrom("tenant_purges").select(purgeColumns).where("tenant_id", "=", p.whose),
);

const listUnfinished = defineQuery("purges.listUnfinished", ["limit"], (db, p, dialect) =>
  db
    .selectFrom("tenant_purges")
    .select(purgeColumns)
    .where("purged_at", "is", null)
    .orderBy("tenant_id")
    .limit(dialect.limit(p.limit)),
);

const finish = defineQuery("purges.finish", ["serial", "purged_at", "whose"], (db, p) =>
  db
    .updateTable("tenant_purges")
    .set({ tenant: sql.lit(null), serial: p.serial, purged_at: p.purged_at })
    .where("tenant_id", "=", p.whose)
    .where("purged_at", "is", null),
);

const remove = defineQuery("purges.remove", ["whose"], (db, p) =>
  db.deleteFrom("tenant_purges").where("tenant_id", "=", p.whose),
);

export function createPurgeStore(session: Session): PurgeStore {
  return {
    insert: (record) => settle(session.run(insert, argumentsOf(purgeColumns, record))),
    find: (tenantId) =>
      andThen(session.get(find, [tenantId]), (row) =>
        row === undefined ? undefined : toPurge(row),
      ),
    listUnfinished: (limit) =>
      andThen(session.all(listUnfinished, [limit]), (rows) => rows.map(toPurge)),
    finish: (tenantId, serial, purgedAt) =>
      settle(session.run(finish, [serial, purgedAt, tenantId])),
    remove: (tenantId) => settle(session.run(remove, [tenantId])),
  };
}

function toPurge(row: Row): PurgeRecord {
  return { ...row, actor_type: row.actor_type as PurgeRecord["actor_type"] };
}
