import type { Change } from "@tenantry/core";
import {
  bind,
  postgresDialect,
  type Query,
  type Session,
  type SqlValue,
} from "@tenantry/storage-sql";
import { toStatementError } from "./postgres-error.ts";

/** A statement for `pg`: prepared under its name, once per connection. */
export interface NamedStatement {
  readonly name: string;
  readonly text: string;
  readonly values: SqlValue[];
}

export interface StatementResult {
  readonly rows: readonly unknown[];
  readonly rowCount: number | null;
}

/** Runs a statement, on a pool or on the connection of a transaction. */
export type Execute = (
  statement: NamedStatement,
  query: Query<unknown>,
) => Promise<StatementResult>;

/** Where a session's statements run: in a transaction, which has set their tenant, or each alone, setting it itself. */
export type Place = "in a transaction" | "alone";

/** A session whose answers are promises. */
export interface PostgresSession extends Session {
  write(query: Query<unknown>, args: readonly SqlValue[]): Promise<void>;
}

/**
 * A session over anything that runs statements. They are named, so that parsing and planning is paid once per
 * connection.
 */
export function createPostgresSession(
  server: string,
  place: Place,
  execute: Execute,
  changed: (change: Change) => void,
): PostgresSession {
  const isAlone = place === "alone";
  const prefix = isAlone ? "a" : "t";

  async function send(query: Query<unknown>, args: readonly SqlValue[]): Promise<StatementResult> {
    const form = isAlone ? query.compileAlone(postgresDialect) : query.compile(postgresDialect);
    const values = [...bind(form.bindings, args)];
    try {
      return await execute({ name: `${prefix}${query.id}`, text: form.sql, values }, query);
    } catch (error) {
      throw toStatementError(error, query, form.sql, args, server);
    }
  }

  return {
    dialect: postgresDialect,
    async get<Row>(query: Query<Row>, args: readonly SqlValue[]) {
      return (await send(query, args.map(findable))).rows[0] as Row | undefined;
    },
    async all<Row>(query: Query<Row>, args: readonly SqlValue[]) {
      return (await send(query, args.map(findable))).rows as readonly Row[];
    },
    async run(query, args) {
      return (await send(query, args)).rowCount ?? 0;
    },
    async write(query, args) {
      await send(query, args);
    },
    changed,
  };
}

/**
 * PostgreSQL text cannot contain U+0000, so an id with it names nothing. It is replaced by U+FFFF, a noncharacter
 * that may be queried.
 */
export function findable<T extends SqlValue>(value: T): T | string {
  return typeof value === "string" && value.includes("\0")
    ? value.replaceAll("\0", "\uffff")
    : value;
}
