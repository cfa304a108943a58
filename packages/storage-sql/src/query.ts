import type { CompiledQuery, Kysely, QueryExecutorProvider } from "kysely";
import type { SqlDialect } from "./dialect.ts";
import type { Database } from "./schema.ts";
import type { SqlValue } from "./session.ts";

/** Stands for an argument while a query is built; `never` is assignable to every column type. */
export type Params<Name extends string> = { readonly [N in Name]: never };

/** Anything of Kysely's that compiles. Its builders know their engine; raw SQL is given it. */
interface Compilable<Row> {
  compile(engine: QueryExecutorProvider): CompiledQuery<Row>;
}

/** The source of a placeholder's value: the argument with that number, or a constant of the query. */
export type Binding = { readonly argument: number } | { readonly constant: SqlValue };

/** A query compiled for one engine. */
export interface CompiledForm {
  readonly sql: string;
  /** One per placeholder; `null` where the placeholders are the arguments in order. */
  readonly bindings: readonly Binding[] | null;
}

/**
 * A query that is written once, compiled once per engine, and then run as a prepared statement of that engine.
 * Kysely's cost is thus paid once, not on each call.
 */
export interface Query<Row> {
  /** Small and dense, because a session keeps its prepared statements in an array. */
  readonly id: number;
  readonly name: string;
  readonly argumentNames: readonly string[];
  compile(dialect: SqlDialect): CompiledForm;
  /**
   * The query as a single statement outside a transaction, which sets its tenant itself where the engine has
   * policies. For reads only.
   */
  compileAlone(dialect: SqlDialect): CompiledForm;
  /** Never present; it makes the row type part of the query's type. */
  readonly row?: Row;
}

export type QueryBuilder<Row, Name extends string> = (
  db: Kysely<Database>,
  params: Params<Name>,
  dialect: SqlDialect,
) => Compilable<Row>;

const queries: Query<unknown>[] = [];

/** Every defined query, for tests that check each query plan. */
export function definedQueries(): readonly Query<unknown>[] {
  return queries;
}

/**
 * @param name The feature and port method, for example `members.find`.
 * @param argumentNames The order in which a session passes the arguments.
 */
export function defineQuery<Row, const Name extends string>(
  name: string,
  argumentNames: readonly Name[],
  build: QueryBuilder<Row, Name>,
): Query<Row> {
  const forms = new Map<string, CompiledForm>();
  const formsAlone = new Map<string, CompiledForm>();
  const query: Query<Row> = {
    id: queries.length,
    name,
    argumentNames,
    compile: (dialect) =>
      remember(forms, dialect.name, () => compileQuery(argumentNames, build, dialect)),
    compileAlone: (dialect) =>
      remember(formsAlone, dialect.name, () => compileScoped(argumentNames, build, dialect)),
  };
  queries.push(query);
  return query;
}

function remember(
  forms: Map<string, CompiledForm>,
  engine: string,
  make: () => CompiledForm,
): CompiledForm {
  const known = forms.get(engine);
  if (known !== undefined) return known;
  const form = make();
  forms.set(engine, form);
  return form;
}

class Sentinel {
  readonly argument: number;
  constructor(argument: number) {
    this.argument = argument;
  }
}

function compileQuery<Row, Name extends string>(
  argumentNames: readonly Name[],
  build: QueryBuilder<Row, Name>,
  dialect: SqlDialect,
): CompiledForm {
  const sentinels = Object.fromEntries(
    argumentNames.map((name, index) => [name, new Sentinel(index)]),
  );
  const compiled = build(dialect.compiler, sentinels as Params<Name>, dialect).compile(
    dialect.compiler,
  );
  const bindings = compiled.parameters.map(
    (parameter): Binding =>
      parameter instanceof Sentinel
        ? { argument: parameter.argument }
        : { constant: parameter as SqlValue },
  );
  const isPlain =
    bindings.length === argumentNames.length &&
    bindings.every((binding, index) => "argument" in binding && binding.argument === index);
  return { sql: compiled.sql, bindings: isPlain ? null : bindings };
}

/** A query without a tenant, or on an engine without policies, needs no wrapping. */
function compileScoped<Row, Name extends string>(
  argumentNames: readonly Name[],
  build: QueryBuilder<Row, Name>,
  dialect: SqlDialect,
): CompiledForm {
  const { scope } = dialect;
  const argument = (argumentNames as readonly string[]).indexOf("tenant_id");
  if (scope === undefined || argument < 0) return compileQuery(argumentNames, build, dialect);
  const inner = compileQuery(argumentNames, build, dialect);
  const bindings = [
    ...(inner.bindings ?? argumentNames.map((_, index): Binding => ({ argument: index }))),
    { argument },
  ];
  return { sql: scope.wrap(inner.sql, bindings.length), bindings };
}

/** The values for a statement's placeholders. */
export function bind(
  bindings: readonly Binding[] | null,
  args: readonly SqlValue[],
): readonly SqlValue[] {
  if (bindings === null) return args;
  const values = new Array<SqlValue>(bindings.length);
  for (let index = 0; index < bindings.length; index += 1) {
    const binding = bindings[index] as Binding;
    values[index] = "argument" in binding ? (args[binding.argument] as SqlValue) : binding.constant;
  }
  return values;
}
