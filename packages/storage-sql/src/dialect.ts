import {
  type Driver,
  DummyDriver,
  Kysely,
  PostgresAdapter,
  PostgresIntrospector,
  PostgresQueryCompiler,
  type RawBuilder,
  type SelectQueryBuilder,
  SqliteAdapter,
  SqliteIntrospector,
  SqliteQueryCompiler,
  sql,
} from "kysely";
import {
  postgresNoteChange,
  postgresNoteRows,
  sqliteNoteRows,
  type WatchedTable,
} from "./moves/note-rows.ts";
import type { Database } from "./schema.ts";

/** A column that goes into a JSON object: text and numbers as they are, JSON as JSON, a flag as true or false. */
export type JsonField =
  | string
  | { readonly json: string }
  | { readonly flag: string }
  | { readonly object: Readonly<Record<string, JsonField>> };

/** What a planner may take for granted of an index: how many rows there are, then how many share its first columns. */
export interface PlannerStatistic {
  readonly table: string;
  readonly index: string;
  readonly rows: readonly number[];
}

/** How a statement that stands alone, outside a transaction, sets its tenant for row-level security (ADR 0012). */
export interface TenantScope {
  /** The statement, which reads nothing before its tenant is set: the argument of that placeholder. */
  wrap(statement: string, placeholder: number): string;
}

/** Every difference between the engines. A query or a migration that wants something else of one of them adds it here. */
export interface SqlDialect {
  readonly name: "sqlite" | "postgres";
  /** Kysely as a compiler: it has no connection. */
  readonly compiler: Kysely<Database>;
  /** Kysely that executes, too: for migrations (ADR 0010). */
  connect(driver: Driver): Kysely<Database>;
  /** The parts of CREATE TABLE. */
  readonly ddl: {
    /** Text compared by its bytes, so that no locale decides what is unique. */
    readonly text: string;
    readonly integer: string;
    /** The events' position: filled by the engine, rising. */
    readonly position: string;
    /** After the bracket of an ordinary table. */
    readonly table: string;
    /** After the bracket of a narrow table that is always found by its key: the key's tree holds the row. */
    readonly keyedTable: string;
    /** What a migration runs first to mark the database as Tenantry's. */
    readonly mark: readonly string[];
    /** What the first migration runs so that the planner can be told anything. */
    readonly beginPlannerStatistics: readonly string[];
    /** Tells the planner what the tables look like; nothing where the engine finds out by itself. */
    plannerStatistics(statistics: readonly PlannerStatistic[]): readonly string[];
    /** Lets nobody see or write a row of these tables but in the transaction of its tenant; nothing where the engine has no such policies. */
    separateTenants(tables: readonly string[]): readonly string[];
    /** As `separateTenants`, for tables of the installation: nobody who works for a tenant gets to their rows. */
    keepFromTenants(tables: readonly string[]): readonly string[];
    /** What triggers call that note a changed row; nothing where they do so themselves. */
    readonly noteChanges: readonly string[];
    /** For the tenants themselves, which everybody finds theirs among: who works for one writes no other's row. */
    readonly guardTenants: readonly string[];
  };
  /** The triggers that note a tenant's changed rows in `changed_rows`, and what removes them. */
  noteRows(watched: WatchedTable): {
    readonly begin: readonly string[];
    readonly end: readonly string[];
  };
  /** Where rows are seen in the transaction of their tenant only. */
  readonly scope?: TenantScope;
  /** One JSON object of columns, as text. */
  jsonObject(fields: Readonly<Record<string, JsonField>>): RawBuilder<string>;
  /** An aggregate: the items in the order of their keys as the text of one JSON array. */
  jsonArray(item: RawBuilder<string>, key: RawBuilder<string>): RawBuilder<string>;
  /** Whether a text contains another. There are no wildcards: every character means itself. */
  contains(column: string, part: unknown): RawBuilder<boolean>;
  /** An argument as the number of rows that a query is limited to. */
  limit(argument: unknown): RawBuilder<number>;
  /** The rows of a text that is a JSON array of arrays, as a query. */
  rowsOfJson(columns: readonly string[], text: unknown): RawBuilder<unknown>;
  /**
   * As `rowsOfJson`, for rows of any table: each column is a whole number or text. Something may follow, such as ON CONFLICT.
   */
  copiedRows(isInteger: readonly boolean[], text: unknown): RawBuilder<unknown>;
  /** A column as JSON text. */
  jsonText(column: string): RawBuilder<string>;
  /** An aggregate: texts in any order with something between them. */
  joinTexts(text: RawBuilder<string>, between: string): RawBuilder<string | null>;
  /** An argument's part before its first space, and the part after it. */
  splitAtSpace(argument: unknown): readonly [RawBuilder<string>, RawBuilder<string>];
  /**
   * Keeps what a query reads as it is until the transaction ends: nobody else holds it `for change` meanwhile, and only others who
   * read it `as it is` hold it too. Nothing where there is one writer at a time.
   */
  hold<DB, TB extends keyof DB, O>(
    query: SelectQueryBuilder<DB, TB, O>,
    how: "for change" | "as it is",
    tables: readonly (TB & string)[],
  ): SelectQueryBuilder<DB, TB, O>;
}

/** `Tnty`: how SQLite files of ours are told from other programs'. */
export const sqliteApplicationId = 0x546e7479;

const sqliteKysely = (driver: Driver) =>
  new Kysely<Database>({
    dialect: {
      createAdapter: () => new SqliteAdapter(),
      createDriver: () => driver,
      createIntrospector: (db) => new SqliteIntrospector(db),
      createQueryCompiler: () => new SqliteQueryCompiler(),
    },
  });

/** SQLite through any driver. */
export const sqliteDialect: SqlDialect = {
  name: "sqlite",
  compiler: sqliteKysely(new DummyDriver()),
  connect: sqliteKysely,
  ddl: {
    text: "TEXT",
    integer: "INTEGER",
    position: "INTEGER PRIMARY KEY",
    table: "STRICT",
    keyedTable: "STRICT, WITHOUT ROWID",
    mark: [`PRAGMA application_id = ${sqliteApplicationId}`],
    // On empty tables it only makes the place for the rows.
    beginPlannerStatistics: ["ANALYZE", "DELETE FROM sqlite_stat1"],
    plannerStatistics: sqlitePlannerStatistics,
    separateTenants: () => [],
    keepFromTenants: () => [],
    noteChanges: [],
    guardTenants: [],
  },
  noteRows: sqliteNoteRows,
  jsonObject(fields) {
    const parts = Object.entries(fields).map(
      ([name, field]) => sql`${sql.lit(name)}, ${sqliteJsonValue(field)}`,
    );
    return sql<string>`json_object(${sql.join(parts)})`;
  },
  // The rows come ordered from a subquery, and group_concat keeps their order; sorting once more would cost as much as the page.
  jsonArray: (item) => sql<string>`'[' || group_concat(${item}, ',') || ']'`,
  contains: (column, part) => sql<boolean>`instr(${sql.ref(column)}, ${part}) > 0`,
  // SQLite plans by the value of a bare `LIMIT ?`, and so compiles the statement anew with each call: three times the price of a page.
  limit: (argument) => sql<number>`${argument} + 0`,
  rowsOfJson(columns, text) {
    const values = columns.map((_, index) => sql`value ->> ${sql.lit(index)}`);
    return sql`select ${sql.join(values)} from json_each(${text})`;
  },
  copiedRows(isInteger, text) {
    // A value has its type in JSON. Without a condition ON CONFLICT would be read as that of a join.
    const values = isInteger.map((_, index) => sql`value ->> ${sql.lit(index)}`);
    return sql`select ${sql.join(values)} from json_each(${text}) where true`;
  },
  jsonText: (column) => sql<string>`json_quote(${sql.ref(column)})`,
  joinTexts: (text, between) => sql<string | null>`group_concat(${text}, ${sql.lit(between)})`,
  splitAtSpace: (argument) => [
    sql<string>`substr(${argument}, 1, instr(${argument}, ' ') - 1)`,
    sql<string>`substr(${argument}, instr(${argument}, ' ') + 1)`,
  ],
  hold: (query) => query,
};

function sqliteJsonValue(field: JsonField): RawBuilder<unknown> {
  if (typeof field === "string") return sql.ref(field);
  if ("json" in field) return sql`json(${sql.ref(field.json)})`;
  if ("flag" in field) return sql`json(iif(${sql.ref(field.flag)}, 'true', 'false'))`;
  return sqliteDialect.jsonObject(field.object);
}

/**
 * SQLite never measures by itself. The rows go where ANALYZE would put its own. What SQLite calls the index of a key stands in
 * `pragma_index_list`; a table without rowid is its own.
 */
function sqlitePlannerStatistics(statistics: readonly PlannerStatistic[]): readonly string[] {
  return [
    ...statistics.map(
      ({ table, index, rows }) => `
        INSERT INTO sqlite_stat1 (tbl, idx, stat)
        SELECT '${table}', ${sqliteIndexName(table, index)}, '${rows.join(" ")}'`,
    ),
    "ANALYZE sqlite_schema",
  ];
}

function sqliteIndexName(table: string, index: string): string {
  if (!index.endsWith("_key") && !index.endsWith("_unique")) return `'${index}'`;
  const origin = index.endsWith("_key") ? "pk" : "u";
  // A constraint has no name of its own in SQLite: it is found by its origin. A named unique index is found by its name.
  return `coalesce(
    (SELECT name FROM sqlite_schema WHERE type = 'index' AND name = '${index}'),
    (SELECT '${table}' FROM pragma_table_list WHERE name = '${table}' AND wr = 1 AND '${origin}' = 'pk'),
    (SELECT name FROM pragma_index_list('${table}') WHERE origin = '${origin}'))`;
}

/** What a transaction sets to the tenant that it works for, and the policies ask. The empty text is the installation. */
export const tenantSetting = "tenantry.tenant_id";

const isOfTenant = (column: string) => `${column} = current_setting('${tenantSetting}', true)`;
/** A setting that was once set is empty afterwards, and not absent. */
const isOfInstallation = `coalesce(current_setting('${tenantSetting}', true), '') = ''`;

/** The owner is bound, too: where there is one user for everything, that is who works (ADR 0012). */
function force(table: string): readonly string[] {
  return [
    `ALTER TABLE ${table} ENABLE ROW LEVEL SECURITY`,
    `ALTER TABLE ${table} FORCE ROW LEVEL SECURITY`,
  ];
}

function policy(table: string, condition: string): readonly string[] {
  return [
    ...force(table),
    `CREATE POLICY ${table}_of_tenant ON ${table} USING (${condition}) WITH CHECK (${condition})`,
  ];
}

const postgresKysely = (driver: Driver) =>
  new Kysely<Database>({
    dialect: {
      createAdapter: () => new PostgresAdapter(),
      createDriver: () => driver,
      createIntrospector: (db) => new PostgresIntrospector(db),
      createQueryCompiler: () => new PostgresQueryCompiler(),
    },
  });

/** PostgreSQL from version 14. */
export const postgresDialect: SqlDialect = {
  name: "postgres",
  compiler: postgresKysely(new DummyDriver()),
  connect: postgresKysely,
  ddl: {
    text: 'TEXT COLLATE "C"',
    integer: "BIGINT",
    // No key: a row of events is found by its chain, and other processes are told of a commit instead of looking for it (ADR 0011).
    position: "BIGINT GENERATED ALWAYS AS IDENTITY",
    table: "",
    keyedTable: "",
    mark: [],
    beginPlannerStatistics: [],
    plannerStatistics: () => [],
    separateTenants: (tables) => tables.flatMap((table) => policy(table, isOfTenant("tenant_id"))),
    keepFromTenants: (tables) => tables.flatMap((table) => policy(table, isOfInstallation)),
    noteChanges: [postgresNoteChange],
    guardTenants: [
      ...force("tenants"),
      "CREATE POLICY tenants_are_found ON tenants FOR SELECT USING (true)",
      `CREATE POLICY tenants_are_written ON tenants USING (${isOfTenant("id")} OR ${isOfInstallation})`,
    ],
  },
  noteRows: postgresNoteRows,
  scope: {
    // What stands in brackets there rests on no row, so it is run once, before the first row is asked for. OFFSET 0 keeps the planner
    // from taking the condition inside, where it might be asked later.
    wrap: (statement, placeholder) =>
      `select found.* from (select * from (${statement}) as statement offset 0) as found ` +
      `where (select set_config('${tenantSetting}', $${placeholder}, true)) is not null`,
  },
  jsonObject(fields) {
    const parts = Object.entries(fields).map(
      ([name, field]) => sql`${sql.lit(name)}, ${postgresJsonValue(field)}`,
    );
    return sql<string>`json_build_object(${sql.join(parts)})`;
  },
  jsonArray: (item, key) =>
    sql<string>`'[' || string_agg(${item}::text, ',' order by ${key}) || ']'`,
  contains: (column, part) => sql<boolean>`strpos(${sql.ref(column)}, ${part}) > 0`,
  limit: (argument) => sql<number>`${argument}`,
  rowsOfJson(columns, text) {
    const values = columns.map((_, index) => sql`value ->> ${sql.lit(index)}`);
    return sql`select ${sql.join(values)} from json_array_elements(${text}::json)`;
  },
  copiedRows(isInteger, text) {
    const values = isInteger.map((isNumber, index) => {
      const value = sql`value ->> ${sql.lit(index)}`;
      return isNumber ? sql`(${value})::bigint` : value;
    });
    // Parsed once: json would be parsed for every column of every row.
    return sql`select ${sql.join(values)} from jsonb_array_elements(${text}::jsonb)`;
  },
  jsonText: (column) => sql<string>`to_json(${sql.ref(column)})::text`,
  joinTexts: (text, between) => sql<string | null>`string_agg(${text}, ${sql.lit(between)})`,
  // The cast says which substr is meant: there is one for bytes, too.
  splitAtSpace: (argument) => [
    sql<string>`split_part(${argument}::text, ' ', 1)`,
    sql<string>`substr(${argument}::text, strpos(${argument}::text, ' ') + 1)`,
  ],
  hold: (query, how, tables) =>
    how === "for change" ? query.forNoKeyUpdate(tables) : query.forShare(tables),
};

function postgresJsonValue(field: JsonField): RawBuilder<unknown> {
  if (typeof field === "string") return sql.ref(field);
  if ("json" in field) return sql`${sql.ref(field.json)}::json`;
  if ("flag" in field) return sql`${sql.ref(field.flag)} = 1`;
  return postgresDialect.jsonObject(field.object);
}
