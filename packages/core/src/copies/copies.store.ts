import type { Awaitable } from "../awaitable.ts";

/** A row as stored, its columns in the table's order. */
export type CopiedRow = Readonly<Record<string, string | number | null>>;

/** A table to be copied. */
export interface CopiedTable {
  readonly name: string;
  /**
   * Its rows refer to rows of the same table. They are inserted without these references first, and completed
   * afterwards.
   */
  readonly refersToItself: boolean;
}

/**
 * Reads and writes a tenant's rows unchanged (with `null`, the installation's), to copy them into another storage.
 * Business rules are not checked again: they were checked when the rows were first written.
 */
export interface CopyStore {
  /** The tables, ordered so that each comes after those it refers to. */
  tables(tenantId: string | null): readonly CopiedTable[];
  /** The ids of all tenants after one, ascending. */
  tenantIds(tenantId: null, after: string | null, limit: number): Awaitable<readonly string[]>;
  count(tenantId: string | null, table: string): Awaitable<number>;
  /** The rows after one, ordered by key. The order is the same on every storage. */
  page(
    tenantId: string | null,
    table: string,
    after: CopiedRow | null,
    limit: number,
  ): Awaitable<readonly CopiedRow[]>;
  /** Writes rows that do not exist yet, leaving out references to rows of the same table. */
  insert(tenantId: string | null, table: string, rows: readonly CopiedRow[]): Awaitable<void>;
  /** As `put`, without references to rows of the same table. */
  putUnlinked(tenantId: string | null, table: string, rows: readonly CopiedRow[]): Awaitable<void>;
  /** Writes complete rows, replacing those with the same keys. */
  put(tenantId: string | null, table: string, rows: readonly CopiedRow[]): Awaitable<void>;
}
