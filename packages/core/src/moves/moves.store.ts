import type { Awaitable } from "../awaitable.ts";
import type { CopiedRow } from "../copies/copies.store.ts";
import type { Ports } from "../store.ts";

/** The key of a row without its tenant, as JSON text: an array of its columns. */
export type RowKey = string;

/** That a row was written or removed, while its tenant is watched. What it is now stands in its table. */
export interface NotedChange {
  readonly position: number;
  readonly table_name: string;
  readonly row_key: RowKey;
}

/** What moving a tenant reads and writes where it leaves and where it comes. */
export interface MoveStore {
  isFenced(tenantId: string): Awaitable<boolean>;
  setFence(tenantId: string, isFenced: boolean): Awaitable<void>;
  /** What was noted after a position, in order. */
  changes(tenantId: string, after: number, limit: number): Awaitable<readonly NotedChange[]>;
  forgetChanges(tenantId: string, positions: readonly number[]): Awaitable<void>;
  /** The rows that there are of these keys. */
  rows(
    tenantId: string,
    table: string,
    keys: readonly RowKey[],
  ): Awaitable<readonly (CopiedRow & { readonly row_key: RowKey })[]>;
  /** Takes from rows what must be unique or refers to their own table, so that others can have it before they are written anew. */
  park(tenantId: string, table: string, keys: readonly RowKey[]): Awaitable<void>;
  remove(tenantId: string, table: string, keys: readonly RowKey[]): Awaitable<void>;
  /** Removes so many rows of a table, whichever. @returns how many it wrote; 0 when none is left. */
  clear(tenantId: string, table: string, limit: number): Awaitable<number>;
}

/** What a storage does for a tenant that comes or leaves. One that has no such thing keeps its tenants. */
export interface StorageMoves {
  /** From now on every row of the tenant that is written or removed is noted, by whatever process. Those under way are waited for. */
  watch(tenantId: string): Promise<void>;
  /** Ends that, and forgets what was noted. */
  unwatch(tenantId: string): Promise<void>;
  /**
   * Keeps every process from writing the tenant's rows here, or lets them again. When it resolves, what was under way has ended, and
   * transactions of the tenant are refused with `tenant_moving`.
   */
  fence(tenantId: string, isFenced: boolean): Promise<void>;
  /** As `Storage.transaction`, through the fence: for the move itself. */
  write<T>(tenantId: string, body: (ports: Ports) => Awaitable<T>): Promise<T>;
}
