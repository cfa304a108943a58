import type { CopiedRow, MoveStore, NotedChange } from "@tenantry/core";
import { type RawBuilder, sql } from "kysely";
import { andThen, settle } from "../awaitable.ts";
import { isInteger, type TableShape, tenantTables } from "../copies/tables.ts";
import type { SqlDialect } from "../dialect.ts";
import { defineQuery, type Query } from "../query.ts";
import type { Session } from "../session.ts";

/** Whether a tenant is fenced here, which every transaction of a tenant checks. */
export const findFence = defineQuery<{ fenced: number }, "id">("moves.isFenced", ["id"], (db, p) =>
  db.selectFrom("tenants").select("fenced").where("id", "=", p.id),
);

const setFence = defineQuery("moves.setFence", ["fenced", "id"], (db, p) =>
  db.updateTable("tenants").set({ fenced: p.fenced }).where("id", "=", p.id),
);

const changes = defineQuery("moves.changes", ["tenant_id", "after", "limit"], (db, p, dialect) =>
  db
    .selectFrom("changed_rows")
    .select(["position", "table_name", "row_key"])
    .where("tenant_id", "=", p.tenant_id)
    .where("position", ">", p.after)
    .orderBy("position")
    .limit(dialect.limit(p.limit)),
);

const forgetChanges = defineQuery(
  "moves.forgetChanges",
  ["tenant_id", "positions"],
  (_, p, dialect) =>
    sql<never>`delete from changed_rows where tenant_id = ${p.tenant_id}
      and position in (${dialect.copiedRows([true], p.positions)})`,
);

/** A control character, which no real name contains. */
const parkedText = sql.lit("\u001f");

/** The values that a row gives up until it is written again: unique ones, and references to its own table. */
const parkedColumns: Readonly<Record<string, RawBuilder<unknown>>> = {
  users: sql`username = null, username_key = null, email = null, external_id = null`,
  organizations: sql`name_key = ${parkedText} || id, slug = ${parkedText} || id, external_id = null`,
  plans: sql`is_default = 0`,
  teams: sql`name_key = ${parkedText} || id, parent_team_id = null`,
};

interface MoveQueries {
  readonly shape: TableShape;
  readonly rows: Query<CopiedRow & { readonly row_key: string }>;
  readonly park: Query<never> | undefined;
  readonly remove: Query<never>;
  readonly unlink: Query<never> | undefined;
  readonly clear: Query<never>;
}

/** The tables of a tenant, except that of its own row, which a move never removes. */
const queriesByTable = new Map(
  tenantTables.filter(({ key }) => key.length > 0).map((shape) => [shape.name, defineTable(shape)]),
);

function defineTable(shape: TableShape): MoveQueries {
  const { name, key, columns, ownReference = [] } = shape;
  const table = sql.table(name);
  const list = (names: readonly string[]) => sql.join(names.map((each) => sql.ref(each)));
  const isIn = (p: object, dialect: SqlDialect) =>
    sql`tenant_id = ${argument(p, "tenant_id")} and (${list(key)}) in (${dialect.copiedRows(key.map(isInteger), argument(p, "keys"))})`;
  const nothing = sql.join(ownReference.map((column) => sql`${sql.ref(column)} = null`));
  const linked = sql.join(
    ownReference.map((column) => sql`${sql.ref(column)} is not null`),
    sql` or `,
  );
  const parked = parkedColumns[name];
  return {
    shape,
    rows: defineQuery(
      `moves.rows ${name}`,
      ["tenant_id", "keys"],
      (_, p, dialect) => sql<CopiedRow & { readonly row_key: string }>`
        select ${list(columns)} from ${table} where ${isIn(p, dialect)}`,
    ),
    park:
      parked === undefined
        ? undefined
        : defineQuery(
            `moves.park ${name}`,
            ["tenant_id", "keys"],
            (_, p, dialect) => sql<never>`update ${table} set ${parked} where ${isIn(p, dialect)}`,
          ),
    remove: defineQuery(
      `moves.remove ${name}`,
      ["tenant_id", "keys"],
      (_, p, dialect) => sql<never>`delete from ${table} where ${isIn(p, dialect)}`,
    ),
    unlink:
      ownReference.length === 0
        ? undefined
        : defineQuery(
            `moves.clear ${name} unlink`,
            ["tenant_id", "limit"],
            (_, p, dialect) => sql<never>`
              update ${table} set ${nothing} where tenant_id = ${p.tenant_id} and (${list(key)}) in (
                select ${list(key)} from ${table} where tenant_id = ${p.tenant_id} and (${linked})
                order by ${list(key)} limit ${dialect.limit(p.limit)})`,
          ),
    clear: defineQuery(
      `moves.clear ${name}`,
      ["tenant_id", "limit"],
      (_, p, dialect) => sql<never>`
        delete from ${table} where tenant_id = ${p.tenant_id} and (${list(key)}) in (
          select ${list(key)} from ${table} where tenant_id = ${p.tenant_id}
          order by ${list(key)} limit ${dialect.limit(p.limit)})`,
    ),
  };
}

function argument(params: object, name: string): unknown {
  return (params as Record<string, unknown>)[name];
}

export function createMoveStore(session: Session): MoveStore {
  const asList = (keys: readonly string[]) => `[${keys.join(",")}]`;
  return {
    isFenced: (tenantId) => andThen(session.get(findFence, [tenantId]), (row) => row?.fenced === 1),
    setFence: (tenantId, isFenced) => settle(session.run(setFence, [isFenced ? 1 : 0, tenantId])),
    changes: (tenantId, after, limit) =>
      andThen(session.all(changes, [tenantId, after, limit]), (rows) =>
        // The engines put different white space into JSON, so it is parsed and written again.
        rows.map(
          (row): NotedChange => ({ ...row, row_key: JSON.stringify(JSON.parse(row.row_key)) }),
        ),
      ),
    forgetChanges: (tenantId, positions) =>
      settle(
        session.run(forgetChanges, [tenantId, JSON.stringify(positions.map((each) => [each]))]),
      ),
    rows(tenantId, table, keys) {
      const { shape, rows } = queriesOf(table);
      return andThen(session.all(rows, [tenantId, asList(keys)]), (found) =>
        found.map((row) => ({ ...row, row_key: keyOf(shape, row) })),
      );
    },
    park(tenantId, table, keys) {
      const { park } = queriesOf(table);
      if (park === undefined) return;
      return settle(session.run(park, [tenantId, asList(keys)]));
    },
    remove: (tenantId, table, keys) =>
      settle(session.run(queriesOf(table).remove, [tenantId, asList(keys)])),
    clear(tenantId, table, limit) {
      const { unlink, clear } = queriesOf(table);
      // Rows that others of the same table refer to can only be removed once those references are gone.
      const unlinked = unlink === undefined ? 0 : session.run(unlink, [tenantId, limit]);
      return andThen(unlinked, (rows) => (rows > 0 ? rows : session.run(clear, [tenantId, limit])));
    },
  };
}

function queriesOf(table: string): MoveQueries {
  const found = queriesByTable.get(table);
  if (found === undefined)
    throw new Error(`${table} is no table whose rows come and go with a tenant`);
  return found;
}

function keyOf({ key }: TableShape, row: CopiedRow): string {
  return JSON.stringify(key.map((column) => row[column] ?? null));
}
