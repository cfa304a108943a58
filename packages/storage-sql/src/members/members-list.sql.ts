import type { Awaitable, MemberFilter, PageRequest, StoredPage } from "@tenantry/core";
import { type Kysely, type SelectQueryBuilder, sql } from "kysely";
import type { JsonField } from "../dialect.ts";
import { organizationItem } from "../organizations/organizations-list.sql.ts";
import { definePage, definePages, type PageShape, runPage } from "../page-query.ts";
import type { Params } from "../query.ts";
import type { Database } from "../schema.ts";
import type { Session } from "../session.ts";

const memberItem: Readonly<Record<string, JsonField>> = {
  id: "m.id",
  tenant_id: "m.tenant_id",
  organization_id: "m.organization_id",
  user_id: "m.user_id",
  role: "m.role",
  roles: { json: "m.roles" },
  status: "m.status",
  invited_by_user_id: "m.invited_by_user_id",
  joined_at: "m.joined_at",
  last_active_at: "m.last_active_at",
  metadata: { json: "m.metadata" },
  revision: "m.revision",
  created_at: "m.created_at",
  updated_at: "m.updated_at",
  user: { object: { id: "u.id", username: "u.username", email: "u.email", name: "u.name" } },
};

const filters = ["q", "role", "status"] as const;
type Filter = (typeof filters)[number];
type Argument = Filter | "tenant_id" | "organization_id";

type ShownTables = Database & {
  m: Database["memberships"];
  u: Database["users"];
  r: Database["membership_roles"];
};
type Members = SelectQueryBuilder<ShownTables, "m" | "u", object>;

function membersOf(db: Kysely<Database>, given: ReadonlySet<Filter>, p: Params<Argument>): Members {
  if (!given.has("role")) {
    return db
      .selectFrom("memberships as m")
      .innerJoin("users as u", (join) =>
        join.onRef("u.tenant_id", "=", "m.tenant_id").onRef("u.id", "=", "m.user_id"),
      )
      .where("m.tenant_id", "=", p.tenant_id)
      .where("m.organization_id", "=", p.organization_id) as unknown as Members;
  }
  // In the role's index its holders are adjacent and ordered by user. A key belongs either to the tenant or to the
  // organization; which one is looked up once, so that only one index range is read.
  const scope = db
    .selectFrom("roles")
    .select("scope")
    .where("tenant_id", "=", p.tenant_id)
    .where("scope", "in", [sql.lit("tenant"), p.organization_id])
    .where("key", "=", p.role)
    .limit(sql.lit(1));
  return db
    .selectFrom("membership_roles as r")
    .innerJoin("memberships as m", (join) =>
      join
        .onRef("m.tenant_id", "=", "r.tenant_id")
        .onRef("m.organization_id", "=", "r.organization_id")
        .onRef("m.user_id", "=", "r.user_id"),
    )
    .innerJoin("users as u", (join) =>
      join.onRef("u.tenant_id", "=", "r.tenant_id").onRef("u.id", "=", "r.user_id"),
    )
    .where("r.tenant_id", "=", p.tenant_id)
    .where("r.role_scope", "=", scope)
    .where("r.role_key", "=", p.role)
    .where("r.organization_id", "=", p.organization_id) as unknown as Members;
}

const pages = definePages(filters, (given) =>
  definePage({
    name: `members.list ${[...given].join(" ")}`,
    argumentNames: ["tenant_id", "organization_id", ...given] as readonly Argument[],
    from: (db, p, dialect) => {
      let members = membersOf(db, given, p);
      if (given.has("status")) members = members.where("m.status", "=", p.status);
      if (given.has("q")) members = members.where(dialect.contains("u.search_key", p.q));
      return members;
    },
    ...(given.has("q") || given.has("role") ? {} : withoutPersons(given)),
    key: given.has("role") ? "r.user_id" : "m.user_id",
    item: (dialect) => dialect.jsonObject(memberItem),
  }),
);

type Shape = PageShape<ShownTables, "m" | "u", Argument>;

/** Each membership has exactly one user, so skipping and counting need not read users. */
function withoutPersons(given: ReadonlySet<Filter>): Pick<Shape, "narrow" | "total"> {
  const narrow: Shape["narrow"] = (db, p) => {
    const memberships = db
      .selectFrom("memberships as m")
      .where("m.tenant_id", "=", p.tenant_id)
      .where("m.organization_id", "=", p.organization_id) as unknown as Members;
    return given.has("status") ? memberships.where("m.status", "=", p.status) : memberships;
  };
  if (given.size > 0) return { narrow };
  // Memberships of every status take a seat, so their number is the seat count.
  const total: Shape["total"] = (p) => sql`(
    select coalesce(max(seat_count), 0) from organizations where tenant_id = ${p.tenant_id} and id = ${p.organization_id})`;
  return { narrow, total };
}

export function listMembers(
  session: Session,
  tenantId: string,
  organizationId: string,
  filter: MemberFilter,
  page: PageRequest,
): Awaitable<StoredPage> {
  const given = filters.filter((name) => filter[name] !== undefined);
  const args = given.map((name) => filter[name] as string);
  return runPage(session, pages.of(given), [tenantId, organizationId, ...args], page);
}

const userOrganizationItem: Readonly<Record<string, JsonField>> = {
  ...organizationItem,
  role: "m.role",
  roles: { json: "m.roles" },
  membership_status: "m.status",
  joined_at: "m.joined_at",
};

const userOrganizations = definePage({
  name: "members.listUserOrganizations",
  argumentNames: ["tenant_id", "user_id"],
  from: (db, p) =>
    db
      .selectFrom("memberships as m")
      .innerJoin("organizations as o", (join) =>
        join.onRef("o.tenant_id", "=", "m.tenant_id").onRef("o.id", "=", "m.organization_id"),
      )
      .where("m.tenant_id", "=", p.tenant_id)
      .where("m.user_id", "=", p.user_id)
      .where("m.status", "=", sql.lit("active"))
      .where("o.status", "<>", sql.lit("deleted")),
  key: "m.organization_id",
  item: (dialect) => dialect.jsonObject(userOrganizationItem),
});

export function listUserOrganizations(
  session: Session,
  tenantId: string,
  userId: string,
  page: PageRequest,
): Awaitable<StoredPage> {
  return runPage(session, userOrganizations, [tenantId, userId], page);
}
