import type { DatabaseSync, StatementSync } from "node:sqlite";
import type { Awaitable, Change } from "@tenantry/core";
import {
  bind,
  type CompiledForm,
  type Query,
  type Session,
  type SqlValue,
  sqliteDialect,
} from "@tenantry/storage-sql";
import { toStatementError } from "./sqlite-error.ts";

interface Prepared {
  readonly statement: StatementSync;
  readonly bindings: CompiledForm["bindings"];
  readonly columns: readonly string[];
}

/** A session over one handle. It answers with values: nothing is awaited, nothing is wrapped. */
export interface SqliteSession extends Session {
  get<Row>(query: Query<Row>, args: readonly SqlValue[]): Row | undefined;
  all<Row>(query: Query<Row>, args: readonly SqlValue[]): readonly Row[];
  run(query: Query<unknown>, args: readonly SqlValue[]): number;
}

/**
 * @param path For messages.
 * @param changed Is given the changes of events that are appended.
 */
export function createSqliteSession(
  db: DatabaseSync,
  path: string,
  changed: (change: Change) => void,
): SqliteSession {
  // By the query's number: one look in an array, and each statement is prepared once for the handle's life.
  const prepared: (Prepared | undefined)[] = [];

  function prepare(query: Query<unknown>): Prepared {
    const { sql, bindings } = query.compile(sqliteDialect);
    const statement = db.prepare(sql);
    statement.setReturnArrays(true);
    const made = { statement, bindings, columns: statement.columns().map(({ name }) => name) };
    prepared[query.id] = made;
    return made;
  }

  function failure(error: unknown, query: Query<unknown>, args: readonly SqlValue[]): unknown {
    return toStatementError(error, query, query.compile(sqliteDialect).sql, args, path);
  }

  return {
    dialect: sqliteDialect,
    get<Row>(query: Query<Row>, args: readonly SqlValue[]) {
      try {
        const { statement, bindings, columns } = prepared[query.id] ?? prepare(query);
        const values = statement.get(...bind(bindings, args)) as Values | undefined;
        return values === undefined ? undefined : (toRow(columns, values) as Row);
      } catch (error) {
        throw failure(error, query, args);
      }
    },
    all<Row>(query: Query<Row>, args: readonly SqlValue[]) {
      try {
        const { statement, bindings, columns } = prepared[query.id] ?? prepare(query);
        const rows = statement.all(...bind(bindings, args)) as unknown as Values[];
        return rows.map((values) => toRow(columns, values) as Row);
      } catch (error) {
        throw failure(error, query, args);
      }
    },
    run(query, args) {
      try {
        const { statement, bindings } = prepared[query.id] ?? prepare(query);
        return Number(statement.run(...bind(bindings, args)).changes);
      } catch (error) {
        throw failure(error, query, args);
      }
    },
    changed,
  };
}

type Values = readonly SqlValue[] & Record<string, never>;

/**
 * An ordinary object of a row that came as an array. The driver's own objects are dictionaries: making one and reading from it takes
 * a third of a look-up's time.
 */
function toRow(columns: readonly string[], values: Values): Record<string, SqlValue> {
  const row: Record<string, SqlValue> = {};
  for (let index = 0; index < columns.length; index += 1) {
    row[columns[index] as string] = values[index] as SqlValue;
  }
  return row;
}

/** A session that begins each call by `ready`: at once where there is nothing to wait for. */
export function createWaitingSession(
  session: SqliteSession,
  attempt: <T>(call: () => T) => Awaitable<T>,
): Session {
  return {
    dialect: session.dialect,
    get: (query, args) => attempt(() => session.get(query, args)),
    all: (query, args) => attempt(() => session.all(query, args)),
    run: () => {
      throw new Error("Only the ports of a transaction write");
    },
    changed: session.changed,
  };
}
