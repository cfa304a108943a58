import type { OrganizationRecord, OrganizationStats, OrganizationStore } from "@tenantry/core";
import { type Selectable, sql } from "kysely";
import { andThen, inOrder } from "../awaitable.ts";
import { argumentsOf, assign, matches, without } from "../columns.ts";
import { defineQuery } from "../query.ts";
import { parseJson, parseNullableJson } from "../records.ts";
import type { Database } from "../schema.ts";
import type { Session, SqlValue } from "../session.ts";
import { listOrganizations } from "./organizations-list.sql.ts";

type Row = Selectable<Database["organizations"]>;

export const organizationColumns = [
  "tenant_id",
  "id",
  "name",
  "name_key",
  "slug",
  "domain",
  "billing_email",
  "billing_address",
  "plan_tier",
  "status",
  "lago_customer_id",
  "stripe_customer_id",
  "logo_url",
  "metadata",
  "private_metadata",
  "client_metadata",
  "external_id",
  "revision",
  "row_revision",
  "seat_count",
  "member_count",
  "created_at",
  "updated_at",
  "deleted_at",
] as const satisfies readonly (keyof Row)[];

const key = ["tenant_id", "id"] as const;

const writableColumns = without(organizationColumns, [
  ...key,
  "revision",
  "seat_count",
  "member_count",
  "created_at",
]);

const insert = defineQuery("organizations.insert", organizationColumns, (db, p) =>
  db.insertInto("organizations").values(assign(organizationColumns, p)),
);

const find = defineQuery("organizations.find", key, (db, p) =>
  db.selectFrom("organizations").select(organizationColumns).where(matches(key, p)),
);

const findByNameKey = defineQuery(
  "organizations.findByNameKey",
  ["tenant_id", "name_key"],
  (db, p) =>
    db
      .selectFrom("organizations")
      .select(organizationColumns)
      .where("tenant_id", "=", p.tenant_id)
      .where("name_key", "=", p.name_key)
      // A literal, because only then SQLite can use the partial index.
      .where("status", "<>", sql.lit("deleted")),
);

const findBySlug = defineQuery("organizations.findBySlug", ["tenant_id", "slug"], (db, p) =>
  db
    .selectFrom("organizations")
    .select(organizationColumns)
    .where("tenant_id", "=", p.tenant_id)
    .where("slug", "=", p.slug),
);

const lock = defineQuery("organizations.lock", key, (db, p) =>
  db
    .updateTable("organizations")
    .set((eb) => ({ revision: eb("revision", "+", sql.lit(1)) }))
    .where(matches(key, p))
    .returning(organizationColumns),
);

const update = defineQuery("organizations.update", [...writableColumns, ...key], (db, p) =>
  db.updateTable("organizations").set(assign(writableColumns, p)).where(matches(key, p)),
);

const setCounts = defineQuery(
  "organizations.setCounts",
  ["seat_count", "member_count", ...key],
  (db, p) =>
    db
      .updateTable("organizations")
      .set({ seat_count: p.seat_count, member_count: p.member_count })
      .where(matches(key, p)),
);

const counts = defineQuery("organizations.stats", key, (db, p) =>
  db
    .selectFrom("organizations as o")
    .leftJoin("resource_counts as c", (join) =>
      join.onRef("c.tenant_id", "=", "o.tenant_id").onRef("c.organization_id", "=", "o.id"),
    )
    .select(["o.member_count", "c.type", "c.count"])
    .where("o.tenant_id", "=", p.tenant_id)
    .where("o.id", "=", p.id),
);

/** The tables inside an organization, each before those that its rows refer to. */
const insideTables = [
  "team_members",
  "team_roles",
  "teams",
  "membership_roles",
  "memberships",
  "roles",
  "resources",
  "resource_counts",
] as const;

const purgeInside = insideTables.map((table) =>
  defineQuery(`organizations.purge ${table}`, ["tenant_id", "id"], (db, p) =>
    db.deleteFrom(table).where("tenant_id", "=", p.tenant_id).where("organization_id", "=", p.id),
  ),
);

const purge = defineQuery("organizations.purge", key, (db, p) =>
  db.deleteFrom("organizations").where(matches(key, p)),
);

export function createOrganizationStore(session: Session): OrganizationStore {
  const findWith = (query: typeof find, args: readonly SqlValue[]) =>
    andThen(session.get(query, args), (row) => (row === undefined ? undefined : toRecord(row)));
  return {
    insert: (record) => session.write(insert, argumentsOf(organizationColumns, toRow(record))),
    find: (tenantId, id) => findWith(find, [tenantId, id]),
    findByNameKey: (tenantId, nameKey) => findWith(findByNameKey, [tenantId, nameKey]),
    findBySlug: (tenantId, slug) => findWith(findBySlug, [tenantId, slug]),
    lock: (tenantId, id) => findWith(lock, [tenantId, id]),
    update: (record) =>
      session.write(update, [
        ...argumentsOf(writableColumns, toRow(record)),
        record.tenant_id,
        record.id,
      ]),
    setCounts: (tenantId, id, seatCount, memberCount) =>
      session.write(setCounts, [seatCount, memberCount, tenantId, id]),
    purge: (tenantId, id) =>
      inOrder([...purgeInside, purge], (query) => session.write(query, [tenantId, id])),
    stats: (tenantId, id) => andThen(session.all(counts, [tenantId, id]), toStats),
    list: (tenantId, filter, page) => listOrganizations(session, tenantId, filter, page),
  };
}

function toRow(record: OrganizationRecord): Row {
  return {
    ...record,
    billing_address:
      record.billing_address === null ? null : JSON.stringify(record.billing_address),
    metadata: JSON.stringify(record.metadata),
    private_metadata: JSON.stringify(record.private_metadata),
    client_metadata: JSON.stringify(record.client_metadata),
  };
}

function toRecord(row: Row): OrganizationRecord {
  return {
    ...row,
    status: row.status as OrganizationRecord["status"],
    billing_address: parseNullableJson(row.billing_address),
    metadata: parseJson(row.metadata),
    private_metadata: parseJson(row.private_metadata),
    client_metadata: parseJson(row.client_metadata),
  };
}

function toStats(
  rows: readonly { member_count: number; type: string | null; count: number | null }[],
): OrganizationStats | undefined {
  const [first] = rows;
  if (first === undefined) return undefined;
  const countOf = (type: string) => rows.find((row) => row.type === type)?.count ?? 0;
  return {
    member_count: first.member_count,
    project_count: countOf("project"),
    model_count: countOf("model"),
    experiment_count: countOf("experiment"),
    deployment_count: countOf("deployment"),
  };
}
