import type { Awaitable, Change } from "@tenantry/core";
import type { SqlDialect } from "./dialect.ts";
import type { Query } from "./query.ts";

/** What an engine binds and gives back. */
export type SqlValue = string | number | null;

/**
 * A connection, as the ports use it. An embedded engine answers with values and a remote one with promises. Failures are
 * DomainErrors by then (`constraints.ts`).
 */
export interface Session {
  readonly dialect: SqlDialect;
  /** Where others write at the same time: what decides a mutation is held as it was read (`dialect.hold`). */
  readonly holdsRows?: boolean;
  /** The first row. */
  get<Row>(query: Query<Row>, args: readonly SqlValue[]): Awaitable<Row | undefined>;
  all<Row>(query: Query<Row>, args: readonly SqlValue[]): Awaitable<readonly Row[]>;
  /** How many rows it changed. */
  run(query: Query<unknown>, args: readonly SqlValue[]): Awaitable<number>;
  /**
   * As `run`, where nobody asks how many rows it changed. A remote engine may have it on its way only: if it fails, so does the transaction, or
   * its body is run again in a way that has it fail here.
   */
  write(query: Query<unknown>, args: readonly SqlValue[]): Awaitable<void>;
  /** Keeps a change until the commit, when the caches are told. */
  changed(change: Change): void;
}
