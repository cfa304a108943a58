import { DomainError, type Placement, type Storage } from "@tenantry/core";
import type { ConnectionBudget } from "./connection-budget.ts";
import type { PlaceServer } from "./place-server.ts";

export interface PlacesOptions {
  readonly servers: ReadonlyMap<string, PlaceServer>;
  readonly budget: ConnectionBudget;
  /** A database that was not used for this long is closed. */
  readonly idleMs: number;
  /** Called when a database has been opened, before it is used. */
  readonly opened: (placement: Placement, storage: Storage) => Promise<void>;
  /** Called when a database's commits are no longer listened to, before it is closed. */
  readonly closing: (tenantId: string) => void;
}

/** A tenant's database that is opening, open, or about to be closed. */
export interface Place {
  readonly placement: Placement;
  /** Rises with each database that is opened. */
  readonly generation: number;
  readonly opening: Promise<Storage>;
  /** Present once it is open. */
  storage: Storage | undefined;
  connections: number;
  uses: number;
  usedAtMs: number;
  /** A retired place gets no new uses, and is closed after the last one. */
  isRetired: boolean;
  readonly ended: PromiseWithResolvers<void>;
}

/** Starts to open a tenant's database, once there are connections for it. */
export function beginPlace(
  options: PlacesOptions,
  placement: Placement,
  generation: number,
  failed: (place: Place) => void,
): Place {
  const place: Place = {
    placement,
    generation,
    opening: Promise.resolve().then(async () => {
      try {
        return await openPlace(options, place);
      } catch (error) {
        failed(place);
        throw error;
      }
    }),
    storage: undefined,
    connections: 0,
    uses: 0,
    usedAtMs: performance.now(),
    isRetired: false,
    ended: Promise.withResolvers<void>(),
  };
  return place;
}

async function openPlace(options: PlacesOptions, place: Place): Promise<Storage> {
  const { placement } = place;
  const server = options.servers.get(placement.server);
  if (server === undefined || placement.database === null) {
    throw new DomainError(
      "storage_unavailable",
      `The tenant ${placement.tenant_id} lives on the server ${placement.server}, which the settings do not name; add it to TENANTRY_TENANT_SERVERS`,
    );
  }
  const { least, most } = server.connections;
  place.connections = await options.budget.take(least, most);
  const storage = await server.open(placement.database, place.connections);
  try {
    await options.opened(placement, storage);
  } catch (error) {
    await storage.close();
    throw error;
  }
  place.storage = storage;
  return storage;
}
