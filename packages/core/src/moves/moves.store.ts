import type { Awaitable } from "../awaitable.ts";
import type { CopiedRow } from "../copies/copies.store.ts";
import type { Ports } from "../store.ts";

/** A row's key without the tenant, as JSON text: an array of its columns. */
export type RowKey = string;

/** A note that a row was written or removed while its tenant was watched. The row's present content is in its table. */
export interface NotedChange {
  readonly position: number;
  readonly table_name: string;
  readonly row_key: RowKey;
}

/** What a move reads and writes at the old and the new place. */
export interface MoveStore {
  isFenced(tenantId: string): Awaitable<boolean>;
  setFence(tenantId: string, isFenced: boolean): Awaitable<void>;
  /** The changes noted after a position, ascending. */
  changes(tenantId: string, after: number, limit: number): Awaitable<readonly NotedChange[]>;
  forgetChanges(tenantId: string, positions: readonly number[]): Awaitable<void>;
  /** Those of the rows with these keys that exist. */
  rows(
    tenantId: string,
    table: string,
    keys: readonly RowKey[],
  ): Awaitable<readonly (CopiedRow & { readonly row_key: RowKey })[]>;
  /**
   * Clears unique values and references to the row's own table, so that other rows can take them before these are
   * written again.
   */
  park(tenantId: string, table: string, keys: readonly RowKey[]): Awaitable<void>;
  remove(tenantId: string, table: string, keys: readonly RowKey[]): Awaitable<void>;
  /**
   * Removes up to `limit` rows of a table, in any order.
   *
   * @returns how many; 0 when none is left.
   */
  clear(tenantId: string, table: string, limit: number): Awaitable<number>;
}

/** What a storage offers to move tenants. A storage without it cannot move them. */
export interface StorageMoves {
  /**
   * From now on every written or removed row of the tenant is noted, whichever process writes it. Waits for
   * transactions in progress.
   */
  watch(tenantId: string): Promise<void>;
  /** Stops noting, and deletes what was noted. */
  unwatch(tenantId: string): Promise<void>;
  /**
   * Fences the tenant's rows here against writes by any process, or lifts the fence. When it resolves, running
   * transactions have ended, and later ones of the tenant are refused with `tenant_moving`.
   */
  fence(tenantId: string, isFenced: boolean): Promise<void>;
  /** As `Storage.transaction`, but passes the fence: for the move itself. */
  write<T>(tenantId: string, body: (ports: Ports) => Awaitable<T>): Promise<T>;
}
