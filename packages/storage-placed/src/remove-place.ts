import {
  DomainError,
  endTenant,
  isDomainError,
  type OwnDatabase,
  type Placement,
  removeTenantRows,
  type Storage,
  type TenantPlaces,
} from "@tenantry/core";
import type { ConnectionBudget } from "./connection-budget.ts";
import { movable } from "./move/place-pair.ts";
import { lockNameOf, type PlaceServer } from "./place-server.ts";

export interface PlaceRemoverOptions {
  readonly main: Storage;
  readonly servers: ReadonlyMap<string, PlaceServer>;
  readonly budget: ConnectionBudget;
  /** Resolves when this process has closed the tenant's database. */
  readonly letGo: (tenantId: string) => Promise<void>;
}

/**
 * Removes tenants where they live: their rows from the main database, or their own database on whichever server. The
 * placement says which, and stays until everything is removed.
 */
export function createPlaceRemover(options: PlaceRemoverOptions): TenantPlaces["remove"] {
  const { main, letGo } = options;
  return async (tenantId, keepDatabase, end) => {
    const placement = await main.committed.placements.find(tenantId);
    // Another process has finished the removal.
    if (placement === undefined) return;
    const { database: own } = placement;
    const condition = keepDatabase ? await conditionOf(options, placement) : "usable";
    // A database that is kept and cannot be used is left as it is.
    if (condition === "unusable") return await letGo(tenantId);
    const server = serverOf(options, placement);
    const database = own ?? lockNameOf(tenantId);
    await withLock(options, server, database, async () => {
      await letGo(tenantId);
      if (own === null) return await removeTenantRows(main, tenantId, end);
      // An earlier run was killed after it had dropped the database.
      if (!(await server.exists(database))) return;
      await endDatabase(server, database, tenantId, keepDatabase, end);
      if (!keepDatabase) await server.drop(database);
    });
  };
}

/** Finds out the state of a tenant's own database. */
export function createPlaceInspector(options: PlaceRemoverOptions): TenantPlaces["inspect"] {
  const { main } = options;
  return async (tenantId) => {
    const placement = await main.committed.placements.find(tenantId);
    const copy = await main.committed.tenants.find(tenantId);
    if (copy === undefined || typeof placement?.database !== "string") return undefined;
    return { copy, condition: await conditionOf(options, placement) };
  };
}

async function conditionOf(
  { servers, budget }: PlaceRemoverOptions,
  { server: key, database }: Placement,
): Promise<OwnDatabase["condition"]> {
  const server = servers.get(key);
  if (server === undefined || database === null) return "unusable";
  const { least } = server.connections;
  await budget.take(least, least);
  try {
    if (!(await server.exists(database))) return "missing";
    await (await server.open(database, least)).close();
    return "usable";
  } catch (error) {
    if (isDomainError(error, "storage_busy")) throw error;
    return "unusable";
  } finally {
    budget.give(least);
  }
}

/** Ends the tenant in its own database. If the database is kept, its fence is lifted so that it can be used. */
async function endDatabase(
  server: PlaceServer,
  database: string,
  tenantId: string,
  isKept: boolean,
  end: Parameters<TenantPlaces["remove"]>[2],
): Promise<void> {
  const storage = await server.open(database, server.connections.least);
  try {
    const { moves } = movable(storage);
    await endTenant(moves, tenantId, end);
    if (isKept) await moves.fence(tenantId, false);
  } finally {
    await storage.close();
  }
}

async function withLock(
  { budget }: PlaceRemoverOptions,
  server: PlaceServer,
  database: string,
  work: () => Promise<void>,
): Promise<void> {
  const connections = server.connections.least + 1;
  await budget.take(connections, connections);
  try {
    const lock = await server.tryLock(database);
    if (lock === undefined) {
      throw new DomainError(
        "storage_busy",
        "Another program is removing the tenant; see what it does, then run this again",
      );
    }
    try {
      await work();
    } finally {
      await lock.release();
    }
  } finally {
    budget.give(connections);
  }
}

function serverOf({ servers }: PlaceRemoverOptions, { server: key }: Placement): PlaceServer {
  const server = servers.get(key);
  if (server !== undefined) return server;
  throw new DomainError(
    "storage_unavailable",
    `The tenant lives on the server ${key}, which the settings do not name; add it to TENANTRY_TENANT_SERVERS`,
  );
}
