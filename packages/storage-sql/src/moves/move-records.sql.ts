import type { MoveRecord, MoveRecordStore } from "@tenantry/core";
import type { Selectable } from "kysely";
import { andThen, settle } from "../awaitable.ts";
import { argumentsOf, assign } from "../columns.ts";
import { defineQuery } from "../query.ts";
import type { Database } from "../schema.ts";
import type { Session } from "../session.ts";

type Row = Selectable<Database["tenant_moves"]>;

const columns = [
  "tenant_id",
  "mover",
  "from_server",
  "from_database",
  "to_server",
  "to_database",
  "step",
  "updated_at",
] as const satisfies readonly (keyof Row)[];

const insert = defineQuery("moveRecords.insert", columns, (db, p) =>
  db.insertInto("tenant_moves").values(assign(columns, p)),
);

// Not called tenant_id, for the reason given in placements.sql.ts.
const find = defineQuery("moveRecords.find", ["whose"], (db, p) =>
  db.selectFrom("tenant_moves").select(columns).where("tenant_id", "=", p.whose),
);

const update = defineQuery(
  "moveRecords.update",
  ["mover", "step", "updated_at", "whose", "known_mover", "known_step"],
  (db, p) =>
    db
      .updateTable("tenant_moves")
      .set({ mover: p.mover, step: p.step, updated_at: p.updated_at })
      .where("tenant_id", "=", p.whose)
      .where("mover", "=", p.known_mover)
      .where("step", "=", p.known_step),
);

const remove = defineQuery("moveRecords.remove", ["whose"], (db, p) =>
  db.deleteFrom("tenant_moves").where("tenant_id", "=", p.whose),
);

export function createMoveRecordStore(session: Session): MoveRecordStore {
  return {
    insert: (record) => settle(session.run(insert, argumentsOf(columns, record))),
    find: (tenantId) =>
      andThen(session.get(find, [tenantId]), (row) =>
        row === undefined ? undefined : { ...row, step: row.step as MoveRecord["step"] },
      ),
    update: ({ tenant_id, mover, step, updated_at }, known) =>
      andThen(
        session.run(update, [mover, step, updated_at, tenant_id, known.mover, known.step]),
        (changed) => changed > 0,
      ),
    remove: (tenantId) => settle(session.run(remove, [tenantId])),
  };
}
