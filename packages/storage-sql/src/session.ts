import type { Awaitable, Change } from "@tenantry/core";
import type { SqlDialect } from "./dialect.ts";
import type { Query } from "./query.ts";

/** The values that an engine binds and returns. */
export type SqlValue = string | number | null;

/**
 * A connection, as ports use it. An embedded engine returns values, a remote one promises. Failures are DomainErrors
 * already (`constraints.ts`).
 */
export interface Session {
  readonly dialect: SqlDialect;
  /** Whether other writers run at the same time. Then rows that decide a mutation are locked when read (`dialect.hold`). */
  readonly holdsRows?: boolean;
  /** Returns the first row. */
  get<Row>(query: Query<Row>, args: readonly SqlValue[]): Awaitable<Row | undefined>;
  all<Row>(query: Query<Row>, args: readonly SqlValue[]): Awaitable<readonly Row[]>;
  /** Returns how many rows were changed. */
  run(query: Query<unknown>, args: readonly SqlValue[]): Awaitable<number>;
  /**
   * As `run`, if the number of changed rows does not matter. A remote engine may return before the statement is done.
   * If it fails, the transaction fails, or the body is run again in a mode where the failure appears at this call.
   */
  write(query: Query<unknown>, args: readonly SqlValue[]): Awaitable<void>;
  /** Keeps a change until the commit, after which the caches get it. */
  changed(change: Change): void;
}
