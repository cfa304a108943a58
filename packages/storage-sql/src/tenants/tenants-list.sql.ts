import {
  type Awaitable,
  type PageRequest,
  type StoredPage,
  type TenantFilter,
  tenantStatusSchema,
} from "@tenantry/core";
import { sql } from "kysely";
import type { JsonField } from "../dialect.ts";
import { definePage, definePages, type PageQuery, runPage } from "../page-query.ts";
import type { Session } from "../session.ts";

const tenantItem: Readonly<Record<string, JsonField>> = {
  id: "id",
  slug: "slug",
  short_id: "short_id",
  name: "name",
  status: "status",
  placement: "placement",
  revision: "revision",
  row_revision: "row_revision",
  created_at: "created_at",
  updated_at: "updated_at",
  deleted_at: "deleted_at",
};

type StatusFilter = TenantFilter["status"];

const pagesByStatus = new Map(
  ([undefined, ...tenantStatusSchema.options] as const).map((status) => [
    status as StatusFilter,
    definePages(["q"], (given) => definePageOf(given, status)),
  ]),
);

function definePageOf(given: ReadonlySet<"q">, status: StatusFilter): PageQuery {
  return definePage({
    name: `tenants.list ${[status ?? "living", ...given].join(" ")}`,
    argumentNames: [...given],
    from(db, p, dialect) {
      let query = db.selectFrom("tenants");
      // Literals, so that SQLite can tell which partial index applies. The condition "not active" is repeated for the
      // same reason.
      if (status === undefined) query = query.where("status", "<>", sql.lit("deleted"));
      else query = query.where("status", "=", sql.lit(status));
      if (status === "suspended" || status === "deleted") {
        query = query.where("status", "<>", sql.lit("active"));
      }
      if (!given.has("q")) return query;
      return query.where((eb) =>
        eb.or([dialect.contains("name_key", p.q), dialect.contains("slug", p.q)]),
      );
    },
    key: "id",
    item: (dialect) => dialect.jsonObject(tenantItem),
  });
}

export function listTenants(
  session: Session,
  { q, status }: TenantFilter,
  page: PageRequest,
): Awaitable<StoredPage> {
  const query = pagesByStatus.get(status)?.of(q === undefined ? [] : ["q"]);
  if (query === undefined) throw new Error(`No status ${status}`);
  return runPage(session, query, q === undefined ? [] : [q], page);
}
