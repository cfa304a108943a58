import { DomainError, type Storage } from "@tenantry/core";
import { openJsonStorage } from "@tenantry/storage-json";
import {
  createPlacedStorage,
  createPostgresPlaces,
  createSqlitePlaces,
  type PlacedStorage,
  type PlaceServer,
} from "@tenantry/storage-placed";
import { openPostgresStorage } from "@tenantry/storage-postgres";
import { openSqliteStorage } from "@tenantry/storage-sqlite";
import { type DatabaseLocation, tenantsDirectory } from "./database-url.ts";

export interface OpenStorageOptions {
  readonly busyTimeoutMs?: number | undefined;
  readonly program?: string | undefined;
  readonly databaseOwnerUrl?: string | undefined;
  readonly onWarning?: ((message: string) => void) | undefined;
  readonly replicaUrls?: readonly string[] | undefined;
  readonly replicaMaximumLagMs?: number | undefined;
  readonly dataDirectory?: string | undefined;
  readonly tenantServers?: ReadonlyMap<string, string> | undefined;
  readonly connectionBudget?: number | undefined;
  readonly idleDatabaseMs?: number | undefined;
  readonly clock?: (() => number) | undefined;
}

/** A storage and, if it can give tenants databases of their own, what creates these. */
export type OpenedStorage = Storage & Partial<Pick<PlacedStorage, "places">>;

const defaultConnectionBudget = 50;
/** The connections of the main database: its pool, and one that listens. */
const mainConnections = 17;

/**
 * Opens the storage at a location, creating it if it does not exist. Single tenants may have databases of their own
 * beside it, except with a JSON directory.
 */
export async function openStorage(
  location: DatabaseLocation,
  options: OpenStorageOptions,
): Promise<OpenedStorage> {
  return (await openPlacedParts(location, options)).storage;
}

/** A storage and its parts, as needed to move tenants between databases. */
export interface PlacedParts {
  readonly storage: OpenedStorage;
  readonly main: Storage;
  /** Empty where tenants cannot have another place. */
  readonly servers: ReadonlyMap<string, PlaceServer>;
}

/** As {@link openStorage}. */
export async function openPlacedParts(
  location: DatabaseLocation,
  options: OpenStorageOptions,
): Promise<PlacedParts> {
  const { busyTimeoutMs, program } = options;
  if (location.kind !== "postgres") assertNothingOfPostgres(options);
  const shared = {
    ...(busyTimeoutMs === undefined ? {} : { busyTimeoutMs }),
    ...(program === undefined ? {} : { program }),
  };
  const budget = options.connectionBudget ?? defaultConnectionBudget;
  if (location.kind === "sqlite") {
    const directory = tenantsDirectory(options.dataDirectory);
    const main = await openSqliteStorage({ path: location.path, ...shared });
    const servers = { server: createSqlitePlaces(directory, shared), others: [] };
    return place(main, servers, budget, options);
  }
  if (location.kind === "postgres") {
    const { databaseOwnerUrl: ownerUrl, onWarning, replicaUrls, replicaMaximumLagMs } = options;
    const ofMain = Math.min(mainConnections, Math.floor(budget / 2));
    const server = { url: location.url, ownerUrl, ...shared };
    const standbys = { replicaUrls: replicaUrls ?? [], replicaMaximumLagMs };
    const pool = { poolSize: ofMain - 1 };
    const main = await openPostgresStorage({ ...server, onWarning, ...standbys, ...pool });
    const others = [...(options.tenantServers ?? [])].map(
      ([name, url]) => [name, createPostgresPlaces({ url, ...shared })] as const,
    );
    const servers = { server: createPostgresPlaces(server), others };
    return place(main, servers, budget - ofMain, options);
  }
  const storage = await openJsonStorage({ directory: location.directory, ...shared });
  return { storage, main: storage, servers: new Map() };
}

interface TenantServers {
  /** The server of the main database. */
  readonly server: PlaceServer;
  readonly others: readonly (readonly [name: string, server: PlaceServer])[];
}

function place(
  main: Storage,
  { server, others }: TenantServers,
  connections: number,
  { idleDatabaseMs: idleMs, clock }: OpenStorageOptions,
): PlacedParts {
  const servers = new Map([...others, ["main", server] as const]);
  const storage = createPlacedStorage({ main, server, servers, connections, idleMs, clock });
  return { storage, main, servers };
}

function assertNothingOfPostgres({ replicaUrls = [], tenantServers }: OpenStorageOptions): void {
  const given = {
    DATABASE_REPLICA_URLS: replicaUrls.length,
    TENANTRY_TENANT_SERVERS: tenantServers?.size ?? 0,
  };
  const detail = "is for PostgreSQL alone; leave it out, or give a DATABASE_URL of PostgreSQL";
  const fields = Object.entries(given)
    .filter(([, count]) => count > 0)
    .map(([name]) => ({ pointer: `/${name}`, detail }));
  if (fields.length === 0) return;
  const lines = fields.map(({ pointer }) => `${pointer.slice(1)} ${detail}`);
  throw new DomainError("invalid_setting", lines.join("; "), { fields });
}
