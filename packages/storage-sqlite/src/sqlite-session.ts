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

/** A prepared statement of a handle, with facts about it. */
export interface Prepared {
  readonly statement: StatementSync;
  readonly isWriting: boolean;
  /** Whether it removes events, as purges and moves do. */
  readonly removesEvents: boolean;
  readonly bindings: CompiledForm["bindings"];
  readonly columns: readonly string[];
}

/** A session over one handle. It returns values, never promises. */
export interface SqliteSession extends Session {
  get<Row>(query: Query<Row>, args: readonly SqlValue[]): Row | undefined;
  all<Row>(query: Query<Row>, args: readonly SqlValue[]): readonly Row[];
  run(query: Query<unknown>, args: readonly SqlValue[]): number;
  write(query: Query<unknown>, args: readonly SqlValue[]): void;
}

/** Whether a statement changes rows. Statements that return rows may do so too (RETURNING). */
export function isWritingStatement(sql: string): boolean {
  return /^\s*(insert|update|delete)\b/i.test(sql);
}

const removesEvents = /^\s*delete from "?events\b/i;

type Wrote = (prepared: Prepared, values: readonly SqlValue[]) => void;

/**
 * @param path The file's path, for messages.
 * @param changed Called with the changes of appended events.
 * @param wrote Called with every statement that changed rows.
 */
export function createSqliteSession(
  db: DatabaseSync,
  path: string,
  changed: (change: Change) => void,
  wrote: Wrote = () => undefined,
): SqliteSession {
  // Indexed by the query's number: an array look-up, and each statement is prepared once per handle.
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
 * Builds an ordinary object from a row that came as an array. The driver's own row objects are dictionaries, and
 * creating and reading one takes a third of a look-up's time.
 */
function toRow(columns: readonly string[], values: Values): Record<string, SqlValue> {
  const row: Record<string, SqlValue> = {};
  for (let index = 0; index < columns.length; index += 1) {
    row[columns[index] as string] = values[index] as SqlValue;
  }
  return row;
}

/** A session that calls `ready` before each call, and does not wait if there is nothing to wait for. */
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
