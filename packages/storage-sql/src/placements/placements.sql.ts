import type { Placement, PlacementStore } from "@tenantry/core";
import { type Selectable, sql } from "kysely";
import { andThen, settle } from "../awaitable.ts";
import { argumentsOf, assign, without } from "../columns.ts";
import { defineQuery } from "../query.ts";
import type { Database } from "../schema.ts";
import type { Session } from "../session.ts";

type Row = Selectable<Database["placements"]>;

const columns = [
  "tenant_id",
  "server",
  "database",
  "epoch",
  "state",
  "created_at",
  "updated_at",
] as const satisfies readonly (keyof Row)[];

const writableColumns = without(columns, ["tenant_id", "created_at"]);

const insert = defineQuery("placements.insert", columns, (db, p) =>
  db.insertInto("placements").values(assign(columns, p)),
);

// The argument is not called tenant_id, because that would set the tenant, and placements are out of reach while one
// is set.
const find = defineQuery("placements.find", ["whose"], (db, p) =>
  db.selectFrom("placements").select(columns).where("tenant_id", "=", p.whose),
);

const update = defineQuery(
  "placements.update",
  [...writableColumns, "tenant_id", "expected_epoch"],
  (db, p) =>
    db
      .updateTable("placements")
      .set(assign(writableColumns, p))
      .where("tenant_id", "=", p.tenant_id)
      .where("epoch", "=", p.expected_epoch),
);

const remove = defineQuery("placements.remove", ["tenant_id"], (db, p) =>
  db.deleteFrom("placements").where("tenant_id", "=", p.tenant_id),
);

const list = defineQuery("placements.list", ["after", "limit"], (db, p, dialect) =>
  db
    .selectFrom("placements")
    .select(columns)
    .where("tenant_id", ">", p.after)
    .orderBy("tenant_id")
    .limit(dialect.limit(p.limit)),
);

const listElsewhere = defineQuery(
  "placements.listElsewhere",
  ["servers", "limit"],
  (db, p, dialect) =>
    db
      .selectFrom("placements")
      .select(columns)
      .where("database", "is not", null)
      .where(sql<boolean>`server not in (${dialect.copiedRows([false], p.servers)})`)
      .orderBy("tenant_id")
      .limit(dialect.limit(p.limit)),
);

const listUnsteady = defineQuery("placements.listUnsteady", ["limit"], (db, p, dialect) =>
  db
    .selectFrom("placements")
    .select(columns)
    .where("state", "<>", sql.lit("steady"))
    .orderBy("tenant_id")
    .limit(dialect.limit(p.limit)),
);

export function createPlacementStore(session: Session): PlacementStore {
  return {
    find: (tenantId) =>
      andThen(session.get(find, [tenantId]), (row) =>
        row === undefined ? undefined : toPlacement(row),
      ),
    insert: (placement) => settle(session.run(insert, argumentsOf(columns, placement))),
    update: (placement, epoch) =>
      andThen(
        session.run(update, [
          ...argumentsOf(writableColumns, placement),
          placement.tenant_id,
          epoch,
        ]),
        (changed) => changed > 0,
      ),
    remove: (tenantId) => settle(session.run(remove, [tenantId])),
    list: (afterTenantId, limit) =>
      andThen(session.all(list, [afterTenantId, limit]), (rows) => rows.map(toPlacement)),
    listElsewhere: (servers, limit) =>
      andThen(
        session.all(listElsewhere, [JSON.stringify(servers.map((one) => [one])), limit]),
        (rows) => rows.map(toPlacement),
      ),
    listUnsteady: (limit) =>
      andThen(session.all(listUnsteady, [limit]), (rows) => rows.map(toPlacement)),
  };
}

function toPlacement(row: Row): Placement {
  return { ...row, state: row.state as Placement["state"] };
}
