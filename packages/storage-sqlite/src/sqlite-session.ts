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

/** A statement of a handle, with what is found out about it once. */
export interface Prepared {
  readonly statement: StatementSync;
  readonly isWriting: boolean;
  /** Whether it takes events away, which a purge and a move do. */
  readonly removesEvents: boolean;
  readonly bindings: CompiledForm["bindings"];
  readonly columns: readonly string[];
}

/** A session over one handle. It answers with values: nothing is awaited, nothing is wrapped. */
export interface SqliteSession extends Session {
  get<Row>(query: Query<Row>, args: readonly SqlValue[]): Row | undefined;
  all<Row>(query: Query<Row>, args: readonly SqlValue[]): readonly Row[];
  run(query: Query<unknown>, args: readonly SqlValue[]): number;
  write(query: Query<unknown>, args: readonly SqlValue[]): void;
}

/** Whether a statement changes rows: some of those do that answer with rows (RETURNING). */
export function isWritingStatement(sql: string): boolean {
  return /^\s*(insert|update|delete)\b/i.test(sql);
}

const removesEvents = /^\s*delete from "?events\b/i;

type Wrote = (prepared: Prepared, values: readonly SqlValue[]) => void;

/**
 * @param path For messages.
 * @param changed Is given the changes of events that are appended.
 * @param wrote Is told of every statement that has changed rows.
 */
export function createSqliteSession(
  db: DatabaseSync,
  path: string,
  changed: (change: Change) => void,
  wrote: Wrote = () => undefined,
): SqliteSession {
  // By the query's number: one look in an array, and each statement is prepared once for the handle's life.
  const prepared: (Prepared | undefined)[] = [];

  function prepare(query: Query<unknown>): Prepared {
    const { sql, bindings } = query.compile(sqliteDialect);
    const statement = db.prepare(sql);
    statement.setReturnArrays(true);
    const columns = statement.columns().map(({ name }) => name);
    const made = {
      statement,
      isWriting: isWritingStatement(sql),
      removesEvents: removesEvents.test(sql),
      bindings,
      columns,
    };
    prepared[query.id] = made;
    return made;
  }

  function failure(error: unknown, query: Query<unknown>, args: readonly SqlValue[]): unknown {
    return toStatementError(error, query, query.compile(sqliteDialect).sql, args, path);
  }

  function run(query: Query<unknown>, args: readonly SqlValue[]): number {
    try {
      const ready = prepared[query.id] ?? prepare(query);
      const bound = bind(ready.bindings, args);
      const { changes } = ready.statement.run(...bound);
      wrote(ready, bound);
      return Number(changes);
    } catch (error) {
      throw failure(error, query, args);
    }
  }

  return {
    dialect: sqliteDialect,
    get<Row>(query: Query<Row>, args: readonly SqlValue[]) {
      try {
        const ready = prepared[query.id] ?? prepare(query);
        const bound = bind(ready.bindings, args);
        const values = ready.statement.get(...bound) as Values | undefined;
        if (ready.isWriting) wrote(ready, bound);
        return values === undefined ? undefined : (toRow(ready.columns, values) as Row);
      } catch (error) {
        throw failure(error, query, args);
      }
    },
    all<Row>(query: Query<Row>, args: readonly SqlValue[]) {
      try {
        const ready = prepared[query.id] ?? prepare(query);
        const bound = bind(ready.bindings, args);
        const rows = ready.statement.all(...bound) as unknown as Values[];
        if (ready.isWriting) wrote(ready, bound);
        return rows.map((values) => toRow(ready.columns, values) as Row);
      } catch (error) {
        throw failure(error, query, args);
      }
    },
    run,
    write(query, args) {
      run(query, args);
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
    run: refuseChange,
    write: refuseChange,
    changed: session.changed,
  };
}

function refuseChange(): never {
  throw new Error("Only the ports of a transaction write");
}
