import type { Plan, PlanStore } from "@tenantry/core";
import { type Selectable, sql } from "kysely";
import { andThen } from "../awaitable.ts";
import { argumentsOf, assign, without } from "../columns.ts";
import { defineQuery } from "../query.ts";
import { parseJson, toFlag } from "../records.ts";
import type { Database } from "../schema.ts";
import type { Session } from "../session.ts";

type Row = Selectable<Database["plans"]>;

export const planColumns = [
  "tenant_id",
  "key",
  "name",
  "seats",
  "entitlements",
  "is_default",
  "revision",
  "created_at",
  "updated_at",
] as const satisfies readonly (keyof Row)[];

const writableColumns = without(planColumns, ["tenant_id", "key", "created_at"]);

const insert = defineQuery("plans.insert", planColumns, (db, p) =>
  db.insertInto("plans").values(assign(planColumns, p)),
);

const find = defineQuery("plans.find", ["tenant_id", "key"], (db, p) =>
  db
    .selectFrom("plans")
    .select(planColumns)
    .where("tenant_id", "=", p.tenant_id)
    .where("key", "=", p.key),
);

const findDefault = defineQuery("plans.findDefault", ["tenant_id"], (db, p) =>
  db
    .selectFrom("plans")
    .select(planColumns)
    .where("tenant_id", "=", p.tenant_id)
    .where("is_default", "=", sql.lit(1)),
);

const list = defineQuery("plans.list", ["tenant_id"], (db, p) =>
  db
    .selectFrom("plans")
    .select(planColumns)
    .where("tenant_id", "=", p.tenant_id)
    .orderBy("key")
    .limit(sql.lit(1000)),
);

const update = defineQuery("plans.update", [...writableColumns, "tenant_id", "key"], (db, p) =>
  db
    .updateTable("plans")
    .set(assign(writableColumns, p))
    .where("tenant_id", "=", p.tenant_id)
    .where("key", "=", p.key),
);

const remove = defineQuery("plans.remove", ["tenant_id", "key"], (db, p) =>
  db.deleteFrom("plans").where("tenant_id", "=", p.tenant_id).where("key", "=", p.key),
);

export function createPlanStore(session: Session): PlanStore {
  return {
    insert: (plan) => session.write(insert, argumentsOf(planColumns, toRow(plan))),
    find: (tenantId, key) =>
      andThen(session.get(find, [tenantId, key]), (row) => (row ? toPlan(row) : undefined)),
    findDefault: (tenantId) =>
      andThen(session.get(findDefault, [tenantId]), (row) => (row ? toPlan(row) : undefined)),
    list: (tenantId) => andThen(session.all(list, [tenantId]), (rows) => rows.map(toPlan)),
    update: (plan) =>
      session.write(update, [
        ...argumentsOf(writableColumns, toRow(plan)),
        plan.tenant_id,
        plan.key,
      ]),
    remove: (tenantId, key) => session.write(remove, [tenantId, key]),
  };
}

function toRow(plan: Plan): Row {
  return {
    ...plan,
    seats: plan.seats === null ? null : String(plan.seats),
    entitlements: JSON.stringify(plan.entitlements),
    is_default: toFlag(plan.is_default),
  };
}

function toPlan(row: Row): Plan {
  return {
    ...row,
    seats: row.seats === null || row.seats === "unlimited" ? row.seats : Number(row.seats),
    entitlements: parseJson(row.entitlements),
    is_default: row.is_default === 1,
  };
}
