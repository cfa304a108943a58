import { type RawBuilder, sql } from "kysely";
import type { SqlValue } from "./session.ts";

/** `{ column: argument }` for INSERT and UPDATE, where each argument is named after its column. */
export function assign<const Column extends string>(
  columns: readonly Column[],
  params: { readonly [N in Column]: never },
): { [N in Column]: never } {
  return Object.fromEntries(columns.map((column) => [column, params[column]])) as {
    [N in Column]: never;
  };
}

/** The condition that each column equals the argument of its name. */
export function matches<const Column extends string>(
  columns: readonly Column[],
  params: { readonly [N in Column]: never },
): RawBuilder<boolean> {
  const comparisons = columns.map((column) => sql`${sql.ref(column)} = ${params[column]}`);
  return sql<boolean>`${sql.join(comparisons, sql` and `)}`;
}

/** All columns except some. An UPDATE lists the columns that never change, so that a new column is written by default. */
export function without<const Column extends string, const Left extends Column>(
  columns: readonly Column[],
  left: readonly Left[],
): readonly Exclude<Column, Left>[] {
  const isLeft: ReadonlySet<string> = new Set(left);
  return columns.filter((column): column is Exclude<Column, Left> => !isLeft.has(column));
}

/** A row's values in the order of columns, for a query whose arguments are named after its columns. */
export function argumentsOf<const Column extends string>(
  columns: readonly Column[],
  row: Readonly<Record<Column, SqlValue>>,
): readonly SqlValue[] {
  return columns.map((column) => row[column]);
}
