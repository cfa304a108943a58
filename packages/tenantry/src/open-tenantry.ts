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
   * `sqlite:PATH`, `postgres://…` or `json:DIRECTORY`. Without it the data directory: as JSON where it holds an `organizations.json`, else SQLite.
   */
  readonly databaseUrl?: string | undefined;
  /**
   * PostgreSQL: as `databaseUrl`, of the user who owns the tables and migrates them; `databaseUrl` then names one who owns nothing. Without
   * it that one is made, where the user of `databaseUrl` may make roles (ADR 0012).
   */
  readonly databaseOwnerUrl?: string | undefined;
  /** Told in a sentence what works and could be safer. */
  readonly onWarning?: ((message: string) => void) | undefined;
  /** Standbys of the PostgreSQL at `databaseUrl`, from which lists, statistics and exports may be read. */
  readonly replicaUrls?: readonly string[] | undefined;
  /** How far a standby may be behind before it is left out; 10,000 ms without it. */
  readonly replicaMaximumLagMs?: number | undefined;
  /** `redis://…`: access is shared there with other processes of the same PostgreSQL. Embedded storages are quicker than it, and use none. */
  readonly redisUrl?: string | undefined;
  /** Where files live that have no place of their own; `./data` without it. */
  readonly dataDirectory?: string | undefined;
  /**
   * PostgreSQL: further servers on which tenants may live, as addresses by name. The main database keeps the names alone. A tenant whose server is
   * not among them is named by `onWarning`, and answers `storage_unavailable`.
   */
  readonly tenantServers?: ReadonlyMap<string, string> | undefined;
  readonly settings?: Partial<EngineSettings> | undefined;
  /** What this process calls itself, for whoever waits for a file that it holds. */
  readonly program?: string | undefined;
  /** How long a write waits for another process before it is refused; 5,000 ms without it. */
  readonly busyTimeoutMs?: number | undefined;
  /**
   * How many connections (on SQLite: open files) this process uses at most, for the main database and those of single tenants together; 50
   * without it.
   */
  readonly connectionBudget?: number | undefined;
  /** A tenant's own database that nobody used for so long is closed; 60,000 ms without it. */
  readonly idleDatabaseMs?: number | undefined;
  readonly clock?: (() => number) | undefined;
}

/** An opened Tenantry: give its contexts to the use cases. */
export interface Tenantry {
  readonly engine: OpenEngine;
  readonly defaultTenant: Tenant;
  /** A call's surroundings. Without an actor it is the embedding program, which may do everything; without a tenant the default one. */
  context(call?: Partial<Omit<Context, "engine">>): Context;
  /** Writes what waits and closes. */
  close(): Promise<void>;
}

/**
 * Opens Tenantry in this process, making its storage and the default tenant where there is none.
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

/** Named once, at the opening, rather than by each call that fails. */
async function warnOfUnknownServers(
  { places }: OpenedStorage,
  onWarning: TenantryOptions["onWarning"],
): Promise<void> {
  const found = (await places?.listOnUnknownServers(mostNamed + 1)) ?? [];
  for (const [server, tenants] of Map.groupBy(found, (one) => one.server)) {
    const named = tenants.slice(0, mostNamed).map(({ slug }) => slug);
    const more = tenants.length > named.length ? " and others" : "";
    onWarning?.(
      `The tenants ${named.join(", ")}${more} live on the server ${server}, which the settings do not name; until TENANTRY_TENANT_SERVERS does, they cannot be used`,
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

/** Without a setting, a data directory in which the Python module kept its files is opened as what it is. */
function locate(databaseUrl: string | undefined, dataDirectory: string): DatabaseLocation {
  if (databaseUrl === undefined && existsSync(join(dataDirectory, "organizations.json"))) {
    return { kind: "json", directory: dataDirectory };
  }
  return parseDatabaseUrl(databaseUrl, dataDirectory);
}
