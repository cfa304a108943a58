import type { Awaitable } from "../awaitable.ts";

/**
 * Where a tenant lives. One without a placement lives in the main database.
 *
 * `making`: its database is being made, and whoever made it is perhaps gone. `steady`: it stays where it is. `moving`: it is about to live elsewhere, and
 * everybody asks anew with each call. `dropping`: it is being removed.
 */
export interface Placement {
  readonly tenant_id: string;
  /** The key of a server; `main` is the one on which the main database is. */
  readonly server: string;
  /** A database's name, of our own making; null for the main database. */
  readonly database: string | null;
  /** Rises with each change of where the tenant lives, so that two of them are never taken for one another. */
  readonly epoch: number;
  readonly state: "making" | "steady" | "moving" | "dropping";
  readonly created_at: string;
  readonly updated_at: string;
}

/** Placements stand in the main database alone: what a tenant's own database says of where it is counts for nothing. */
export interface PlacementStore {
  find(tenantId: string): Awaitable<Placement | undefined>;
  insert(placement: Placement): Awaitable<void>;
  /** Writes the row if its epoch is still the one given; whether it was. */
  update(placement: Placement, epoch: number): Awaitable<boolean>;
  remove(tenantId: string): Awaitable<void>;
  /** Those of tenants whose id comes after the one given, in the order of ids. */
  list(afterTenantId: string, limit: number): Awaitable<readonly Placement[]>;
  /** Those of tenants with a database of their own on none of these servers, in the order of ids. */
  listElsewhere(servers: readonly string[], limit: number): Awaitable<readonly Placement[]>;
  /** Those that are not steady: somebody is at work on them, or was and is gone. */
  listUnsteady(limit: number): Awaitable<readonly Placement[]>;
}
