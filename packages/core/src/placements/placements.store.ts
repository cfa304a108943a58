import type { Awaitable } from "../awaitable.ts";

/**
 * Where a tenant lives. A tenant without a placement lives in the main database.
 *
 * `making`: its database is being created, perhaps by a process that is gone. `steady`: it stays where it is.
 * `moving`: it is about to live elsewhere, so its placement is read again with each call. `dropping`: it is being
 * removed.
 */
export interface Placement {
  readonly tenant_id: string;
  /** The key of a server; `main` is the server of the main database. */
  readonly server: string;
  /** The database's name, which we generate; null for the main database. */
  readonly database: string | null;
  /** Rises with each change of the placement, so that two states are never confused. */
  readonly epoch: number;
  readonly state: "making" | "steady" | "moving" | "dropping";
  readonly created_at: string;
  readonly updated_at: string;
}

/** Placements are stored in the main database only. A tenant's own database is not asked where it is. */
export interface PlacementStore {
  find(tenantId: string): Awaitable<Placement | undefined>;
  insert(placement: Placement): Awaitable<void>;
  /** Writes the row if its epoch is still the given one; returns whether it was. */
  update(placement: Placement, epoch: number): Awaitable<boolean>;
  remove(tenantId: string): Awaitable<void>;
  /** The placements of tenants whose id comes after the given one, ascending. */
  list(afterTenantId: string, limit: number): Awaitable<readonly Placement[]>;
  /** The placements of tenants whose own database is on none of these servers, ordered by tenant id. */
  listElsewhere(servers: readonly string[], limit: number): Awaitable<readonly Placement[]>;
  /** Placements that are not steady: a process is at work on them, or was and is gone. */
  listUnsteady(limit: number): Awaitable<readonly Placement[]>;
}
