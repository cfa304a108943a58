import type { Awaitable, PageRequest, StoredPage } from "@tenantry/core";
import { type Kysely, type RawBuilder, type SelectQueryBuilder, sql } from "kysely";
import { andThen } from "./awaitable.ts";
import type { SqlDialect } from "./dialect.ts";
import { defineQuery, type Params, type Query } from "./query.ts";
import type { Database } from "./schema.ts";
import type { Session, SqlValue } from "./session.ts";

/** Where the rows of a list come from, with filters applied. */
type Source<DB, TB extends keyof DB> = SelectQueryBuilder<DB, TB, object>;

/** A list: the source of its rows, the key that orders them, and the form of an item. */
export interface PageShape<DB, TB extends keyof DB, Name extends string> {
  readonly name: string;
  /** The arguments of the filter; `after`, `limit` and `skip` follow them. */
  readonly argumentNames: readonly Name[];
  readonly from: (
    db: Kysely<Database>,
    params: Params<Name>,
    dialect: SqlDialect,
  ) => Source<DB, TB>;
  /**
   * The same rows from the table of the key column alone, if the other tables are only joined to show one row each.
   * Skipping rows, and looking whether more follow, then read only that table. For lists with a key of one column.
   */
  readonly narrow?: (
    db: Kysely<Database>,
    params: Params<Name>,
    dialect: SqlDialect,
  ) => Source<DB, TB>;
  /** The number of rows, where it is stored with each write; otherwise they are counted. */
  readonly total?: (params: Params<Name>) => RawBuilder<number>;
  /** The unique column that orders the list; or two columns, of which the first contains no character below `"`. */
  readonly key: string | readonly [string, string];
  /** Whether the list starts with the greatest key, for a key that starts with a time. */
  readonly isDescending?: true;
  readonly item: (dialect: SqlDialect) => RawBuilder<string>;
}

interface PageRow {
  readonly items: string | null;
  readonly last_key: string | null;
  readonly has_more: number;
  readonly total: number | null;
}

/** The list without and with its total. Counting reads every row that passes the filter. */
export interface PageQuery {
  /** Sorts before every key of the list. */
  readonly start: string;
  readonly page: Query<PageRow>;
  readonly pageWithTotal: Query<PageRow>;
}

/**
 * Defines a list whose result is JSON text. It is a single statement, so everything is of one moment: the items,
 * whether more follow, and the total under the same filter.
 */
export function definePage<DB, TB extends keyof DB, const Name extends string>(
  shape: PageShape<DB, TB, Name>,
): PageQuery {
  return {
    start: shape.isDescending ? aboveEveryKey : "",
    page: definePageQuery(shape, false),
    pageWithTotal: definePageQuery(shape, true),
  };
}

/** A time starts with a digit. */
const aboveEveryKey = "~ ";

function definePageQuery<DB, TB extends keyof DB, Name extends string>(
  shape: PageShape<DB, TB, Name>,
  total: boolean,
): Query<PageRow> {
  const argumentNames = [...shape.argumentNames, "after", "limit", "skip"] as const;
  return defineQuery<PageRow, Name | "after" | "limit" | "skip">(
    total ? `${shape.name} with total` : shape.name,
    argumentNames,
    (db, params, dialect) => {
      const source = shape.from(db, params, dialect);
      const narrow = shape.narrow?.(db, params, dialect);
      const key = pageKey(shape, dialect);
      const shown = source
        .select([shape.item(dialect).as("item"), key.text.as("key")])
        .orderBy(key.order)
        .limit(dialect.limit(params.limit));
      const rows =
        narrow === undefined
          ? shown.where(key.after(params.after)).offset(params.skip)
          : shown.where(key.from(firstKey(narrow, key, params.after, params.skip)));
      const more = (narrow ?? source)
        .select(sql.lit(1).as("one"))
        .where(key.after(sql.ref("head.last_key")));
      const count =
        shape.total?.(params) ?? sql`${(narrow ?? source).select(sql`count(*)`.as("count"))}`;
      return sql<PageRow>`
        select items, last_key, exists ${more} as has_more, ${total ? count : sql.lit(null)} as total
        from (
          select ${dialect.jsonArray(sql.ref("item"), key.textOrder)} as items, ${key.last} as last_key
          from ${rows} as page
        ) as head`;
    },
  );
}

/** The key of a page's first row. Skipped rows are only stepped over, without joins. */
function firstKey<DB, TB extends keyof DB>(
  narrow: Source<DB, TB>,
  key: PageKey,
  after: unknown,
  skip: never,
): RawBuilder<string> {
  const first = narrow
    .select(key.text.as("key"))
    .where(key.after(after))
    .orderBy(key.order)
    .limit(sql.lit(1))
    .offset(skip);
  return sql<string>`${first}`;
}

interface PageKey {
  readonly text: RawBuilder<string>;
  readonly order: RawBuilder<unknown>;
  /** Orders the page's rows by the column `key`, which is text. */
  readonly textOrder: RawBuilder<string>;
  /** An aggregate: the key of the page's last row. */
  readonly last: RawBuilder<string>;
  after(key: unknown): RawBuilder<boolean>;
  from(key: RawBuilder<string>): RawBuilder<boolean>;
}

/**
 * A key of two columns becomes one text with a space between them. The space sorts below every character of the first
 * column, so text order equals the order of the columns, and the index on both can be used.
 */
function pageKey(
  { key, isDescending }: Pick<PageShape<never, never, never>, "key" | "isDescending">,
  dialect: SqlDialect,
): PageKey {
  const direction = isDescending ? sql` desc` : sql``;
  const beyond = isDescending ? sql`<` : sql`>`;
  const ofText = {
    textOrder: sql<string>`${sql.ref("key")}${direction}`,
    last: sql<string>`${isDescending ? sql`min` : sql`max`}(${sql.ref("key")})`,
  };
  if (typeof key === "string") {
    const column = sql.ref<string>(key);
    return {
      ...ofText,
      text: column,
      order: sql`${column}${direction}`,
      after: (last) => sql`${column} ${beyond} ${last}`,
      from: (key) => sql`${column} ${beyond}= ${key}`,
    };
  }
  const [first, second] = [sql.ref(key[0]), sql.ref(key[1])];
  return {
    ...ofText,
    text: sql`${first} || ' ' || ${second}`,
    order: sql`${first}${direction}, ${second}${direction}`,
    after: (last) => sql`(${first}, ${second}) ${beyond} (${sql.join(dialect.splitAtSpace(last))})`,
    from() {
      throw new Error("A list with a narrow source has one key column");
    },
  };
}

/** Runs a list query. */
export function runPage(
  session: Session,
  query: PageQuery,
  filterArguments: readonly SqlValue[],
  page: PageRequest,
): Awaitable<StoredPage> {
  const args = [...filterArguments, page.after ?? query.start, page.limit, page.skip];
  return andThen(session.get(page.total ? query.pageWithTotal : query.page, args), (row) => {
    if (row === undefined) throw new Error("A page has one row");
    return {
      items_json: row.items ?? "[]",
      last_key: row.last_key,
      has_more: Boolean(row.has_more),
      ...(row.total === null ? {} : { total: row.total }),
    };
  });
}

/**
 * A list with optional filters: one query for each combination in use, because an optional condition (`? IS NULL OR
 * …`) would keep the engine from using an index.
 */
export function definePages<Filter extends string>(
  filters: readonly Filter[],
  define: (given: ReadonlySet<Filter>) => PageQuery,
): { of(given: readonly Filter[]): PageQuery; combinations(): void } {
  const known = new Map<string, PageQuery>();
  const of = (given: readonly Filter[]): PageQuery => {
    const mark = given.join(" ");
    const found = known.get(mark);
    if (found !== undefined) return found;
    const query = define(new Set(given));
    known.set(mark, query);
    return query;
  };
  const family = { of, combinations: () => allSubsets(filters).forEach(of) };
  families.push(family);
  return family;
}

const families: { combinations(): void }[] = [];

/** Defines every combination of filters of every list, for tests that check each query plan. */
export function defineEveryPage(): void {
  for (const family of families) family.combinations();
}

function allSubsets<T>(items: readonly T[]): readonly T[][] {
  const [first, ...rest] = items;
  if (first === undefined) return [[]];
  const without = allSubsets(rest);
  return [...without, ...without.map((subset) => [first, ...subset])];
}
