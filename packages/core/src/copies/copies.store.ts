import type { Awaitable } from "../awaitable.ts";

/** A row as it lies in its table, its columns in the table's order. */
export type CopiedRow = Readonly<Record<string, string | number | null>>;

/** A table as a copy sees it. */
export interface CopiedTable {
  readonly name: string;
  /** Its rows refer to rows of the same table: they go in without their references first, and are then put whole. */
  readonly refersToItself: boolean;
}

/**
 * A tenant's rows as they are, or with `null` those of the installation: what a copy into another storage is made of. Nothing here knows what a
 * row means; the rules were held where it was written.
 */
export interface CopyStore {
  /** The tables, each after those that its rows refer to. */
  tables(tenantId: string | null): readonly CopiedTable[];
  /** The ids of all tenants after one, in their order. The tenant is the installation. */
  tenantIds(tenantId: null, after: string | null, limit: number): Awaitable<readonly string[]>;
  count(tenantId: string | null, table: string): Awaitable<number>;
  /** The rows after one, in the order of their keys, which is the same on every storage. */
  page(
    tenantId: string | null,
    table: string,
    after: CopiedRow | null,
    limit: number,
  ): Awaitable<readonly CopiedRow[]>;
  /** Writes rows that are not there yet. References to rows of the same table are left out. */
  insert(tenantId: string | null, table: string, rows: readonly CopiedRow[]): Awaitable<void>;
  /** As `put`, without references to rows of the same table. */
  putUnlinked(tenantId: string | null, table: string, rows: readonly CopiedRow[]): Awaitable<void>;
  /** Writes rows whole, over those of the same keys. */
  put(tenantId: string | null, table: string, rows: readonly CopiedRow[]): Awaitable<void>;
}
