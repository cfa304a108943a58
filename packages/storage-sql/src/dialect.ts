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

/** A column in a JSON object: text and numbers unchanged, JSON as JSON, a flag as true or false. */
export type JsonField =
  | string
  | { readonly json: string }
  | { readonly flag: string }
  | { readonly object: Readonly<Record<string, JsonField>> };

/** What the planner should assume about an index: how many rows there are, then how many share its first columns. */
export interface PlannerStatistic {
  readonly table: string;
  readonly index: string;
  readonly rows: readonly number[];
}

/** How a single statement, outside a transaction, sets its tenant for row-level security (ADR 0012). */
export interface TenantScope {
  /** Wraps a statement so that it sets its tenant, the argument of that placeholder, before it reads anything. */
  wrap(statement: string, placeholder: number): string;
}

/** Every difference between the engines. A query or migration that needs something engine-specific adds it here. */
export interface SqlDialect {
  readonly name: "sqlite" | "postgres";
  /** Kysely as a compiler, without a connection. */
  readonly compiler: Kysely<Database>;
  /** Kysely with a connection: for migrations (ADR 0010). */
  connect(driver: Driver): Kysely<Database>;
  /** Fragments for CREATE TABLE. */
  readonly ddl: {
    /** Text compared by bytes, so that uniqueness does not depend on a locale. */
    readonly text: string;
    readonly integer: string;
    /** The position of events: assigned by the engine, ascending. */
    readonly position: string;
    /** Comes after the column list of an ordinary table. */
    readonly table: string;
    /**
     * Comes after the column list of a narrow table that is always looked up by its key: rows are stored in the key's
     * index.
     */
    readonly keyedTable: string;
    /** What a migration runs first, to mark the database as Tenantry's. */
    readonly mark: readonly string[];
    /** What the first migration runs to enable planner statistics. */
    readonly beginPlannerStatistics: readonly string[];
    /** Gives the planner statistics about the tables; empty where the engine collects its own. */
    plannerStatistics(statistics: readonly PlannerStatistic[]): readonly string[];
    /**
     * Makes rows of these tables visible and writable only in a transaction of their tenant; empty where the engine
     * has no such policies.
     */
    separateTenants(tables: readonly string[]): readonly string[];
    /** As `separateTenants`, for tables of the installation: their rows are out of reach while a tenant is set. */
    keepFromTenants(tables: readonly string[]): readonly string[];
    /**
     * Statements of a migration that read or change the rows of every tenant in these tables: the policies that bind
     * the owner too are lifted for them.
     */
    acrossTenants(tables: readonly string[], statements: readonly string[]): readonly string[];
    /** The function that triggers call to note a changed row; empty where triggers do so themselves. */
    readonly noteChanges: readonly string[];
    /**
     * For the table of tenants: everybody may look for a tenant, but while a tenant is set no other tenant's row can
     * be written.
     */
    readonly guardTenants: readonly string[];
  };
  /**
   * The statements that create the triggers which note a tenant's changed rows in `changed_rows`, and those that
   * remove them.
   */
  noteRows(watched: WatchedTable): {
    readonly begin: readonly string[];
    readonly end: readonly string[];
  };
  /** The statements of a migration as they are sent: together where the engine takes several at once. */
  script(statements: readonly string[]): readonly string[];
  /** Present where rows are visible only in a transaction of their tenant. */
  readonly scope?: TenantScope;
  /** A JSON object of columns, as text. */
  jsonObject(fields: Readonly<Record<string, JsonField>>): RawBuilder<string>;
  /** An aggregate: the items, ordered by key, as the text of one JSON array. */
  jsonArray(item: RawBuilder<string>, key: RawBuilder<string>): RawBuilder<string>;
  /** Whether a text contains another. No character is a wildcard. */
  contains(column: string, part: unknown): RawBuilder<boolean>;
  /** An argument as a row limit. */
  limit(argument: unknown): RawBuilder<number>;
  /** The rows of a JSON array of arrays, as a query. */
  rowsOfJson(columns: readonly string[], text: unknown): RawBuilder<unknown>;
  /**
   * As `rowsOfJson`, for rows of any table whose columns are whole numbers or text. A clause such as ON CONFLICT may
   * follow.
   */
  copiedRows(isInteger: readonly boolean[], text: unknown): RawBuilder<unknown>;
  /** A column as JSON text. */
  jsonText(column: string): RawBuilder<string>;
  /** An aggregate: joins texts, in any order, with a separator. */
  joinTexts(text: RawBuilder<string>, between: string): RawBuilder<string | null>;
  /** The part of an argument before its first space, and the part after it. */
  splitAtSpace(argument: unknown): readonly [RawBuilder<string>, RawBuilder<string>];
  /**
   * Locks the rows that a query reads until the transaction ends: exclusively with `for change`, shared with other
   * readers with `as it is`. Does nothing where there is only one writer at a time.
   */
  hold<DB, TB extends keyof DB, O>(
    query: SelectQueryBuilder<DB, TB, O>,
    how: "for change" | "as it is",
    tables: readonly (TB & string)[],
  ): SelectQueryBuilder<DB, TB, O>;
}

/** `Tnty`. It distinguishes our SQLite files from those of other programs. */
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

/** SQLite, through any driver. */
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
    // On empty tables ANALYZE only creates the statistics table.
    beginPlannerStatistics: ["ANALYZE", "DELETE FROM sqlite_stat1"],
    plannerStatistics: sqlitePlannerStatistics,
    separateTenants: () => [],
    keepFromTenants: () => [],
    acrossTenants: (_, statements) => statements,
    noteChanges: [],
    guardTenants: [],
  },
  noteRows: sqliteNoteRows,
  script: (statements) => statements,
  jsonObject(fields) {
    const parts = Object.entries(fields).map(
      ([name, field]) => sql`${sql.lit(name)}, ${sqliteJsonValue(field)}`,
    );
    return sql<string>`json_object(${sql.join(parts)})`;
  },
  // The subquery returns rows in order and group_concat keeps it. Sorting again would cost as much as reading the
  // page.
  jsonArray: (item) => sql<string>`'[' || group_concat(${item}, ',') || ']'`,
  contains: (column, part) => sql<boolean>`instr(${sql.ref(column)}, ${part}) > 0`,
  // With a bare `LIMIT ?` SQLite plans by the value and compiles the statement anew on each call, which triples the
  // cost of a page.
  limit: (argument) => sql<number>`${argument} + 0`,
  rowsOfJson(columns, text) {
    const values = columns.map((_, index) => sql`value ->> ${sql.lit(index)}`);
    return sql`select ${sql.join(values)} from json_each(${text})`;
  },
  copiedRows(isInteger, text) {
    // JSON values have their types. Without a condition, SQLite would read ON CONFLICT as part of a join.
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
 * SQLite never collects statistics by itself, so they are inserted where ANALYZE would put them. `pragma_index_list`
 * gives the name of a key's index; a table without rowid is its own index.
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
  // Constraints have no names in SQLite, so an index of a constraint is found by its origin, and a named unique index
  // by its name.
  return `coalesce(
    (SELECT name FROM sqlite_schema WHERE type = 'index' AND name = '${index}'),
    (SELECT '${table}' FROM pragma_table_list WHERE name = '${table}' AND wr = 1 AND '${origin}' = 'pk'),
    (SELECT name FROM pragma_index_list('${table}') WHERE origin = '${origin}'))`;
}

/** The setting that a transaction sets to its tenant, and that the policies compare. Empty text means the installation. */
export const tenantSetting = "tenantry.tenant_id";

const isOfTenant = (column: string) => `${column} = current_setting('${tenantSetting}', true)`;
/** After a transaction a setting that was set once is empty, not absent. */
const isOfInstallation = `coalesce(current_setting('${tenantSetting}', true), '') = ''`;

/** Policies also bind the owner, because some installations use one database user for everything (ADR 0012). */
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

/** PostgreSQL 14 or newer. */
export const postgresDialect: SqlDialect = {
  name: "postgres",
  compiler: postgresKysely(new DummyDriver()),
  connect: postgresKysely,
  ddl: {
    text: 'TEXT COLLATE "C"',
    integer: "BIGINT",
    // Not a key: rows of events are found by their chain, and other processes are notified of commits instead of
    // reading by position (ADR 0011).
    position: "BIGINT GENERATED ALWAYS AS IDENTITY",
    table: "",
    keyedTable: "",
    mark: [],
    beginPlannerStatistics: [],
    plannerStatistics: () => [],
    separateTenants: (tables) => tables.flatMap((table) => policy(table, isOfTenant("tenant_id"))),
    keepFromTenants: (tables) => tables.flatMap((table) => policy(table, isOfInstallation)),
    acrossTenants: (tables, statements) => [
      ...tables.map((table) => `ALTER TABLE ${table} NO FORCE ROW LEVEL SECURITY`),
      ...statements,
      ...tables.map((table) => `ALTER TABLE ${table} FORCE ROW LEVEL SECURITY`),
    ],
    noteChanges: [postgresNoteChange],
    guardTenants: [
      ...force("tenants"),
      "CREATE POLICY tenants_are_found ON tenants FOR SELECT USING (true)",
      `CREATE POLICY tenants_are_written ON tenants USING (${isOfTenant("id")} OR ${isOfInstallation})`,
    ],
  },
  noteRows: postgresNoteRows,
  // One round trip instead of one per statement.
  script: (statements) => [statements.join(";\n")],
  scope: {
    // The condition depends on no row, so the planner makes it the first of those that a single step asks once, before
    // any row. If it came after a policy's, no row would be found; a test reads the plan of every query.
    wrap: (statement, placeholder) =>
      `select * from (${statement}) as statement ` +
      `where (select set_config('${tenantSetting}', $${placeholder}, true) is not null)`,
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
    // Parsed once as jsonb; json would be parsed again for every column of every row.
    return sql`select ${sql.join(values)} from jsonb_array_elements(${text}::jsonb)`;
  },
  jsonText: (column) => sql<string>`to_json(${sql.ref(column)})::text`,
  joinTexts: (text, between) => sql<string | null>`string_agg(${text}, ${sql.lit(between)})`,
  // The cast selects the substr for text; there is another one for bytes.
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
