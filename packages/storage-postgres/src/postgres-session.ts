import type { Change } from "@tenantry/core";
import {
  bind,
  postgresDialect,
  type Query,
  type Session,
  type SqlValue,
} from "@tenantry/storage-sql";
import { toStatementError } from "./postgres-error.ts";

/** A statement as `pg` takes it: prepared under its name once for each connection. */
export interface NamedStatement {
  readonly name: string;
  readonly text: string;
  readonly values: SqlValue[];
}

export interface StatementResult {
  readonly rows: readonly unknown[];
  readonly rowCount: number | null;
}

/** Runs a statement somewhere: on a pool, or on the connection of a transaction. */
export type Execute = (
  statement: NamedStatement,
  query: Query<unknown>,
) => Promise<StatementResult>;

/** Where the statements of a session stand: in a transaction, which has set their tenant, or each alone and setting it itself. */
export type Place = "in a transaction" | "alone";

/** Everything is asked of a server, and so answered later. */
export interface PostgresSession extends Session {
  write(query: Query<unknown>, args: readonly SqlValue[]): Promise<void>;
}

/** A session over whatever runs statements. Named statements: what parsing and planning cost is paid once for each connection. */
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

/** PostgreSQL has no text with U+0000, so an id that holds it names nothing. U+FFFF is no character either, and it may be asked for. */
export function findable<T extends SqlValue>(value: T): T | string {
  return typeof value === "string" && value.includes("\0")
    ? value.replaceAll("\0", "\uffff")
    : value;
}
