import {
  type Awaitable,
  type OrganizationFilter,
  organizationStatusSchema,
  type PageRequest,
  type StoredPage,
} from "@tenantry/core";
import { type Kysely, type SelectQueryBuilder, sql } from "kysely";
import type { JsonField, SqlDialect } from "../dialect.ts";
import { definePage, definePages, type PageQuery, runPage } from "../page-query.ts";
import type { Params } from "../query.ts";
import type { Database } from "../schema.ts";
import type { Session, SqlValue } from "../session.ts";

/** An organization in lists. `row_revision` is its ETag. */
export const organizationItem: Readonly<Record<string, JsonField>> = {
  id: "o.id",
  tenant_id: "o.tenant_id",
  name: "o.name",
  slug: "o.slug",
  domain: "o.domain",
  billing_email: "o.billing_email",
  billing_address: { json: "o.billing_address" },
  plan_tier: "o.plan_tier",
  status: "o.status",
  lago_customer_id: "o.lago_customer_id",
  stripe_customer_id: "o.stripe_customer_id",
  logo_url: "o.logo_url",
  metadata: { json: "o.metadata" },
  client_metadata: { json: "o.client_metadata" },
  external_id: "o.external_id",
  revision: "o.revision",
  row_revision: "o.row_revision",
  created_at: "o.created_at",
  updated_at: "o.updated_at",
  deleted_at: "o.deleted_at",
};

const valueFilters = ["q", "name", "domain", "external_id", "plan_tier", "member_user_id"] as const;
type ValueFilter = (typeof valueFilters)[number];
type Argument = ValueFilter | "tenant_id";

type StatusFilter = OrganizationFilter["status"];

type Organizations = SelectQueryBuilder<Database & { o: Database["organizations"] }, "o", object>;

function conditions(
  query: Organizations,
  given: ReadonlySet<ValueFilter>,
  status: StatusFilter,
  p: Params<Argument>,
  dialect: SqlDialect,
): Organizations {
  let filtered = query.where("o.tenant_id", "=", p.tenant_id);
  // Literals, so that SQLite can tell which partial index applies. The condition "not active" is repeated for the
  // same reason.
  if (status === undefined) filtered = filtered.where("o.status", "<>", sql.lit("deleted"));
  else if (status !== "any") filtered = filtered.where("o.status", "=", sql.lit(status));
  if (status === "suspended" || status === "deleted") {
    filtered = filtered.where("o.status", "<>", sql.lit("active"));
  }
  if (status === "active" || status === "suspended") {
    filtered = filtered.where("o.status", "<>", sql.lit("deleted"));
  }
  if (given.has("name")) filtered = filtered.where("o.name_key", "=", p.name);
  if (given.has("domain")) filtered = filtered.where("o.domain", "=", p.domain);
  if (given.has("external_id")) filtered = filtered.where("o.external_id", "=", p.external_id);
  if (given.has("plan_tier")) filtered = filtered.where("o.plan_tier", "=", p.plan_tier);
  if (given.has("q")) {
    filtered = filtered.where((eb) =>
      eb.or([dialect.contains("o.name_key", p.q), dialect.contains("o.slug", p.q)]),
    );
  }
  return filtered;
}

function organizationsOf(
  db: Kysely<Database>,
  given: ReadonlySet<ValueFilter>,
  p: Params<Argument>,
): Organizations {
  if (!given.has("member_user_id")) return db.selectFrom("organizations as o") as Organizations;
  // Starts from the user's memberships: they are few, and their index is ordered by organization.
  return db
    .selectFrom("memberships as m")
    .innerJoin("organizations as o", (join) =>
      join.onRef("o.tenant_id", "=", "m.tenant_id").onRef("o.id", "=", "m.organization_id"),
    )
    .where("m.tenant_id", "=", p.tenant_id)
    .where("m.user_id", "=", p.member_user_id)
    .where("m.status", "=", sql.lit("active")) as unknown as Organizations;
}

const pagesByStatus = new Map(
  ([undefined, "any", ...organizationStatusSchema.options] as const).map((status) => [
    status as StatusFilter,
    definePages(valueFilters, (given) => definePageOf(given, status)),
  ]),
);

function definePageOf(given: ReadonlySet<ValueFilter>, status: StatusFilter): PageQuery {
  const argumentNames: readonly Argument[] = ["tenant_id", ...given];
  return definePage({
    name: `organizations.list ${[status ?? "living", ...given].join(" ")}`,
    argumentNames,
    from: (db, p, dialect) => conditions(organizationsOf(db, given, p), given, status, p, dialect),
    key: given.has("member_user_id") ? "m.organization_id" : "o.id",
    item: (dialect) => dialect.jsonObject(organizationItem),
  });
}

export function listOrganizations(
  session: Session,
  tenantId: string,
  filter: OrganizationFilter,
  page: PageRequest,
): Awaitable<StoredPage> {
  const given = valueFilters.filter((name) => filter[name] !== undefined);
  const args: readonly SqlValue[] = given.map((name) => filter[name] as string);
  const query = pagesByStatus.get(filter.status)?.of(given);
  if (query === undefined) throw new Error(`No status ${filter.status}`);
  return runPage(session, query, [tenantId, ...args], page);
}
