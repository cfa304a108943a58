import type { Plan, PlanStore } from "@tenantry/core";
import { type Selectable, sql } from "kysely";
import { andThen } from "../awaitable.ts";
import { argumentsOf, assign, matches, without } from "../columns.ts";
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

const key = ["tenant_id", "key"] as const;

const writableColumns = without(planColumns, [...key, "created_at"]);

const insert = defineQuery("plans.insert", planColumns, (db, p) =>
  db.insertInto("plans").values(assign(planColumns, p)),
);

const find = defineQuery("plans.find", key, (db, p) =>
  db.selectFrom("plans").select(planColumns).where(matches(key, p)),
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

const update = defineQuery("plans.update", [...writableColumns, ...key], (db, p) =>
  db.updateTable("plans").set(assign(writableColumns, p)).where(matches(key, p)),
);

const remove = defineQuery("plans.remove", key, (db, p) =>
  db.deleteFrom("plans").where(matches(key, p)),
);

export function createPlanStore(session: Session): PlanStore {
  return {
    insert: (plan) => session.write(insert, argumentsOf(planColumns, toRow(plan))),
    find: (tenantId, planKey) =>
      andThen(session.get(find, [tenantId, planKey]), (row) => (row ? toPlan(row) : undefined)),
    findDefault: (tenantId) =>
      andThen(session.get(findDefault, [tenantId]), (row) => (row ? toPlan(row) : undefined)),
    list: (tenantId) => andThen(session.all(list, [tenantId]), (rows) => rows.map(toPlan)),
    update: (plan) =>
      session.write(update, [
        ...argumentsOf(writableColumns, toRow(plan)),
        plan.tenant_id,
        plan.key,
      ]),
    remove: (tenantId, planKey) => session.write(remove, [tenantId, planKey]),
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
