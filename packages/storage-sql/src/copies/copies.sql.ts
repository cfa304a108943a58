import type { CopiedRow, CopyStore } from "@tenantry/core";
import { type RawBuilder, sql } from "kysely";
import { andThen } from "../awaitable.ts";
import type { SqlDialect } from "../dialect.ts";
import { defineQuery, type Query } from "../query.ts";
import type { Session, SqlValue } from "../session.ts";
import { installationTables, isInteger, type TableShape, tenantTables } from "./tables.ts";

/** A table with its queries. */
interface TableQueries {
  readonly shape: TableShape;
  readonly count: Query<{ count: number }>;
  readonly firstPage: Query<CopiedRow>;
  /** Undefined for the table of the tenant's own row, which has only one row. */
  readonly nextPage: Query<CopiedRow> | undefined;
  readonly insert: Query<never>;
  readonly put: Query<never>;
}

const tenantIds = defineQuery("copies.tenantIds", ["after", "limit"], (db, p, dialect) =>
  db
    .selectFrom("tenants")
    .select("id")
    .where("id", ">", p.after)
    .orderBy("id")
    .limit(dialect.limit(p.limit)),
);

const queriesByTable = new Map(
  [...installationTables, ...tenantTables].map((shape) => [shape.name, defineTable(shape)]),
);

function defineTable(shape: TableShape): TableQueries {
  const { name } = shape;
  const owner = shape.tenantColumn === undefined ? [] : ["tenant_id"];
  return {
    shape,
    count: defineQuery(
      `copies.count ${name}`,
      owner,
      (_, p) =>
        sql<{
          count: number;
        }>`select count(*) as count from ${sql.table(name)} ${ofTenant(shape, p)}`,
    ),
    firstPage: defineQuery(`copies.first ${name}`, [...owner, "limit"], (_, p, dialect) =>
      select(shape, ofTenant(shape, p), dialect.limit(argument(p, "limit"))),
    ),
    nextPage: shape.key.length === 0 ? undefined : defineNextPage(shape, owner),
    insert: defineQuery(`copies.insert ${name}`, ["rows"], (_, p, dialect) =>
      insertRows(shape, argument(p, "rows"), dialect),
    ),
    put: defineQuery(
      `copies.put ${name}`,
      ["rows"],
      (_, p, dialect) =>
        sql<never>`${insertRows(shape, argument(p, "rows"), dialect)} on conflict (${columnsOf(keyOf(shape))}) ${overwrite(shape)}`,
    ),
  };
}

function defineNextPage(shape: TableShape, owner: readonly string[]): Query<CopiedRow> {
  const last = shape.key.map((column) => `after ${column}`);
  return defineQuery(`copies.next ${shape.name}`, [...owner, ...last, "limit"], (_, p, dialect) => {
    const lastKey = sql.join(last.map((name) => argument(p, name)));
    const after = sql`(${columnsOf(shape.key)}) > (${lastKey})`;
    const where =
      owner.length === 0 ? sql`where ${after}` : sql`${ofTenant(shape, p)} and ${after}`;
    return select(shape, where, dialect.limit(argument(p, "limit")));
  });
}

function argument(params: object, name: string): unknown {
  return (params as Record<string, unknown>)[name];
}

function columnsOf(columns: readonly string[]): RawBuilder<unknown> {
  return sql.join(columns.map((column) => sql.ref(column)));
}

function keyOf({ tenantColumn, key }: TableShape): readonly string[] {
  return tenantColumn === undefined ? key : [tenantColumn, ...key];
}

function ofTenant({ tenantColumn }: TableShape, params: object): RawBuilder<unknown> {
  if (tenantColumn === undefined) return sql``;
  return sql`where ${sql.ref(tenantColumn)} = ${argument(params, "tenant_id")}`;
}

function select(
  shape: TableShape,
  where: RawBuilder<unknown>,
  limit: RawBuilder<number>,
): RawBuilder<CopiedRow> {
  return sql<CopiedRow>`
    select ${columnsOf(shape.columns)} from ${sql.table(shape.name)} ${where}
    order by ${columnsOf(keyOf(shape))} limit ${limit}`;
}

function insertRows(shape: TableShape, rows: unknown, dialect: SqlDialect): RawBuilder<never> {
  return sql<never>`
    insert into ${sql.table(shape.name)} (${columnsOf(shape.columns)}) ${dialect.copiedRows(shape.columns.map(isInteger), rows)}`;
}

function overwrite(shape: TableShape): RawBuilder<unknown> {
  const key = keyOf(shape);
  const rest = shape.columns.filter((column) => !key.includes(column));
  if (rest.length === 0) return sql`do nothing`;
  const assignments = rest.map(
    (column) => sql`${sql.ref(column)} = ${sql.ref(`excluded.${column}`)}`,
  );
  return sql`do update set ${sql.join(assignments)}`;
}

/** Reads and writes the rows of every table, for copies. */
export function createCopyStore(session: Session): CopyStore {
  const write = (query: Query<never>, shape: TableShape, rows: readonly CopiedRow[]) =>
    session.write(query, [toJson(shape, rows)]);
  return {
    tables: (tenantId) =>
      (tenantId === null ? installationTables : tenantTables).map(({ name, ownReference }) => ({
        name,
        refersToItself: ownReference !== undefined,
      })),
    tenantIds: (_, after, limit) =>
      andThen(session.all(tenantIds, [after ?? "", limit]), (rows) => rows.map(({ id }) => id)),
    count: (tenantId, table) =>
      andThen(
        session.get(queriesOf(tenantId, table).count, ownerOf(tenantId)),
        (row) => row?.count ?? 0,
      ),
    page(tenantId, table, after, limit) {
      const { shape, firstPage, nextPage } = queriesOf(tenantId, table);
      if (after === null) return session.all(firstPage, [...ownerOf(tenantId), limit]);
      if (nextPage === undefined) return [];
      const last = shape.key.map((column) => after[column] ?? null);
      return session.all(nextPage, [...ownerOf(tenantId), ...last, limit]);
    },
    insert(tenantId, table, rows) {
      const { shape, insert } = queriesOf(tenantId, table);
      assertOwn(shape, tenantId, rows);
      return write(insert, shape, withoutOwnReference(shape, rows));
    },
    putUnlinked(tenantId, table, rows) {
      const { shape, put } = queriesOf(tenantId, table);
      assertOwn(shape, tenantId, rows);
      return write(put, shape, withoutOwnReference(shape, rows));
    },
    put(tenantId, table, rows) {
      const { shape, put } = queriesOf(tenantId, table);
      assertOwn(shape, tenantId, rows);
      return write(put, shape, rows);
    },
  };
}

function ownerOf(tenantId: string | null): readonly SqlValue[] {
  return tenantId === null ? [] : [tenantId];
}

function queriesOf(tenantId: string | null, table: string): TableQueries {
  const found = queriesByTable.get(table);
  const isOfTenant = found?.shape.tenantColumn !== undefined;
  if (found === undefined || isOfTenant !== (tenantId !== null)) {
    throw new Error(
      `${table} is no table of ${tenantId === null ? "the installation" : "tenants"}`,
    );
  }
  return found;
}

function assertOwn(
  { name, tenantColumn }: TableShape,
  tenantId: string | null,
  rows: readonly CopiedRow[],
): void {
  if (tenantColumn === undefined) return;
  if (rows.every((row) => row[tenantColumn] === tenantId)) return;
  throw new Error(`A copy of ${tenantId} has a row of another tenant in ${name}`);
}

function withoutOwnReference(
  { ownReference = [] }: TableShape,
  rows: readonly CopiedRow[],
): readonly CopiedRow[] {
  if (ownReference.length === 0) return rows;
  const nothing = Object.fromEntries(ownReference.map((column) => [column, null]));
  return rows.map((row) => ({ ...row, ...nothing }));
}

function toJson({ columns }: TableShape, rows: readonly CopiedRow[]): string {
  return JSON.stringify(rows.map((row) => columns.map((column) => row[column] ?? null)));
}
