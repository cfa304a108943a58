import { DomainError, type MoveRecord, type Storage, type StorageMoves } from "@tenantry/core";
import type { PlaceServer } from "../place-server.ts";

/** A storage that tenants can move to and from. */
export type MovableStorage = Storage & { readonly moves: StorageMoves };

/** Both places of a move, opened. */
export interface PlacePair {
  readonly from: MovableStorage;
  readonly to: MovableStorage;
  /** Closes the places, except the main database. */
  close(): Promise<void>;
}

export async function openPlaces(
  main: Storage,
  servers: ReadonlyMap<string, PlaceServer>,
  record: MoveRecord,
): Promise<PlacePair> {
  const opened: Storage[] = [];
  const open = async (key: string, database: string | null) => {
    if (database === null) return movable(main);
    const server = servers.get(key);
    if (server === undefined) {
      throw new DomainError(
        "invalid_setting",
        `The settings do not name the server ${key}; add it to TENANTRY_TENANT_SERVERS`,
      );
    }
    const storage = await server.open(database, server.connections.least);
    opened.push(storage);
    return movable(storage);
  };
  const close = async () => {
    for (const storage of opened) await storage.close();
  };
  try {
    const from = await open(record.from_server, record.from_database);
    const to = await open(record.to_server, record.to_database);
    return { from, to, close };
  } catch (error) {
    await close();
    throw error;
  }
}

/** @throws {DomainError} `invalid_setting` where the storage cannot move tenants. */
export function movable(storage: Storage): MovableStorage {
  const { moves } = storage;
  if (moves !== undefined) return storage as MovableStorage;
  throw new DomainError(
    "invalid_setting",
    "Tenants of this storage have no other place to live; use SQLite in a file or PostgreSQL",
  );
}
