import type { RegisteredOrganizationStore } from "@tenantry/core";
import type { Selectable } from "kysely";
import { andThen, settle } from "../awaitable.ts";
import { argumentsOf, assign } from "../columns.ts";
import { defineQuery } from "../query.ts";
import type { Database } from "../schema.ts";
import type { Session } from "../session.ts";

type Row = Selectable<Database["registered_organizations"]>;

export const registeredOrganizationColumns = [
  "serial",
  "name_key",
  "name",
  "admin_email",
  "tenant_id",
  "admin_user_id",
  "created_at",
] as const satisfies readonly (keyof Row)[];

const insert = defineQuery(
  "registeredOrganizations.insert",
  registeredOrganizationColumns,
  (db, p) =>
    db.insertInto("registered_organizations").values(assign(registeredOrganizationColumns, p)),
);

const find = defineQuery("registeredOrganizations.find", ["name_key"], (db, p) =>
  db
    .selectFrom("registered_organizations")
    .select(registeredOrganizationColumns)
    .where("name_key", "=", p.name_key),
);

const lastSerial = defineQuery("registeredOrganizations.lastSerial", [], (db) =>
  db.selectNoFrom((eb) => [
    eb
      .selectFrom("registered_organizations")
      .select((max) => max.fn.max("serial").as("serial"))
      .as("registered"),
    eb
      .selectFrom("tenant_purges")
      .select((max) => max.fn.max("serial").as("serial"))
      .as("purged"),
  ]),
);

// Not called tenant_id, for the reason given in placements.sql.ts.
const removeOf = defineQuery("registeredOrganizations.removeOf", ["whose"], (db, p) =>
  db.deleteFrom("registered_organizations").where("tenant_id", "=", p.whose).returning("serial"),
);

export function createRegisteredOrganizationStore(session: Session): RegisteredOrganizationStore {
  return {
    insert: (record) =>
      settle(session.run(insert, argumentsOf(registeredOrganizationColumns, record))),
    find: (nameKey) => session.get(find, [nameKey]),
    lastSerial: () =>
      andThen(session.get(lastSerial, []), (row) =>
        Math.max(row?.registered ?? 0, row?.purged ?? 0),
      ),
    removeOf: (tenantId) => andThen(session.get(removeOf, [tenantId]), (row) => row?.serial),
  };
}
