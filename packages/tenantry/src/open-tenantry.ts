import { existsSync } from "node:fs";
import { join } from "node:path";
import { connectRedis, createRedisAccess } from "@tenantry/cache-redis";
import {
  type Actor,
  type Context,
  createEngine,
  type EngineSettings,
  ensureDefaultTenant,
  type OpenEngine,
  resumePurges,
  type SharedAccess,
  type Storage,
  type Tenant,
} from "@tenantry/core";
import { argon2Passwords } from "./argon2-passwords.ts";
import { type DatabaseLocation, parseDatabaseUrl } from "./database-url.ts";
import { type OpenedStorage, openStorage } from "./open-storage.ts";

export interface TenantryOptions {
  /**
   * `sqlite:PATH`, `postgres://…` or `json:DIRECTORY`. By default the data directory is used: as JSON if it contains
   * `organizations.json`, otherwise as SQLite.
   */
  readonly databaseUrl?: string | undefined;
  /**
   * PostgreSQL: the address, as in `databaseUrl`, of the user who owns and migrates the tables; `databaseUrl` then
   * names a user who owns nothing. By default such a user is created, if the one of `databaseUrl` may create roles
   * (ADR 0012).
   */
  readonly databaseOwnerUrl?: string | undefined;
  /** Called with a sentence about something that works but could be safer. */
  readonly onWarning?: ((message: string) => void) | undefined;
  /** Standbys of the PostgreSQL at `databaseUrl`, from which lists, statistics and exports may be read. */
  readonly replicaUrls?: readonly string[] | undefined;
  /** How far a standby may lag before it is not used; 10,000 ms by default. */
  readonly replicaMaximumLagMs?: number | undefined;
  /**
   * `redis://…`: shares cached access with other processes on the same PostgreSQL. Not used with embedded storages,
   * which are faster than Redis.
   */
  readonly redisUrl?: string | undefined;
  /** The directory for files without a setting of their own; `./data` by default. */
  readonly dataDirectory?: string | undefined;
  /**
   * PostgreSQL: further servers on which tenants may live, as addresses by name. The main database stores only the
   * names. A tenant on a server that is missing here is reported to `onWarning`, and its calls get
   * `storage_unavailable`.
   */
  readonly tenantServers?: ReadonlyMap<string, string> | undefined;
  readonly settings?: Partial<EngineSettings> | undefined;
  /** The name of this process that others see while they wait for a file that it holds. */
  readonly program?: string | undefined;
  /** How long a write waits for another process before it is refused; 5,000 ms by default. */
  readonly busyTimeoutMs?: number | undefined;
  /**
   * How many connections (on SQLite: open files) this process may use, for the main database and those of single
   * tenants together; 50 by default.
   */
  readonly connectionBudget?: number | undefined;
  /** How long a tenant's own database stays open without being used; 60,000 ms by default. */
  readonly idleDatabaseMs?: number | undefined;
  readonly clock?: (() => number) | undefined;
}

/** An opened Tenantry. Pass its contexts to the use cases. */
export interface Tenantry {
  readonly engine: OpenEngine;
  readonly defaultTenant: Tenant;
  /**
   * Makes the context of a call. By default it acts as the embedding program, which may do everything, in the default
   * tenant.
   */
  context(call?: Partial<Omit<Context, "engine">>): Context;
  /** Writes what is queued, and closes the storage. */
  close(): Promise<void>;
}

/**
 * Opens Tenantry in this process. Creates its storage and the default tenant if they do not exist.
 *
 * @throws {DomainError} `invalid_setting`, `storage_unavailable`, `storage_damaged`, `storage_newer`, `storage_busy`.
 */
export async function openTenantry(options: TenantryOptions = {}): Promise<Tenantry> {
  const location = locate(options.databaseUrl, options.dataDirectory ?? "./data");
  const storage = await openStorage(location, options);
  const { settings, clock } = options;
  const { places } = storage;
  const sharedAccess = await openSharedAccess(storage, options.redisUrl);
  const engine = createEngine({
    storage,
    places,
    passwords: argon2Passwords,
    sharedAccess,
    settings,
    clock,
  });
  try {
    await places?.cleanUp();
    const defaultTenant = await ensureDefaultTenant(engine);
    await warnOfUnknownServers(storage, options.onWarning);
    for (const fault of await resumePurges(engine)) options.onWarning?.(fault);
    return {
      engine,
      defaultTenant,
      context: (call = {}) => ({ engine, tenantId: defaultTenant.id, actor: embedded, ...call }),
      close: () => engine.close(),
    };
  } catch (error) {
    await engine.close();
    throw error;
  }
}

/** Warns once when opening; afterwards each call to such a tenant fails. */
async function warnOfUnknownServers(
  { places }: OpenedStorage,
  onWarning: TenantryOptions["onWarning"],
): Promise<void> {
  const found = (await places?.listOnUnknownServers(mostNamed + 1)) ?? [];
  for (const [server, tenants] of Map.groupBy(found, (one) => one.server)) {
    const named = tenants.slice(0, mostNamed).map(({ slug }) => slug);
    const more = tenants.length > named.length ? " and others" : "";
    onWarning?.(
      `The tenants ${named.join(", ")}${more} live on the server ${server}, which is not configured, and cannot be used; add it to TENANTRY_TENANT_SERVERS`,
    );
  }
}

const mostNamed = 20;

async function openSharedAccess(
  storage: Storage,
  redisUrl: string | undefined,
): Promise<SharedAccess | undefined> {
  if (redisUrl === undefined || storage.history === undefined) return undefined;
  try {
    return createRedisAccess({ redis: await connectRedis(redisUrl) });
  } catch (error) {
    await storage.close();
    throw error;
  }
}

const embedded: Actor = { type: "system", id: "embedded" };

/** By default, a data directory with the Python module's files is opened as a JSON directory. */
function locate(databaseUrl: string | undefined, dataDirectory: string): DatabaseLocation {
  if (databaseUrl === undefined && existsSync(join(dataDirectory, "organizations.json"))) {
    return { kind: "json", directory: dataDirectory };
  }
  return parseDatabaseUrl(databaseUrl, dataDirectory);
}
