import { setTimeout as delay } from "node:timers/promises";
import {
  type Awaitable,
  type Change,
  type ChangeListener,
  DomainError,
  isDomainError,
  type Ports,
  type ReplicatedPorts,
  type Storage,
  type TenantPlaces,
} from "@tenantry/core";
import { andThen } from "./awaitable.ts";
import { type Catalogue, createCatalogue, type Whereabouts } from "./catalogue.ts";
import { createConnectionBudget } from "./connection-budget.ts";
import { migratePlaces } from "./migrate-places.ts";
import type { PlaceServer } from "./place-server.ts";
import { createPlaces, type Places } from "./places.ts";
import {
  createPlaceInspector,
  createPlaceRemover,
  type PlaceRemoverOptions,
} from "./remove-place.ts";
import { routePorts } from "./route-ports.ts";
import { createPlaceMaker, type PlaceMaker, type PlaceMakerOptions } from "./tenant-places.ts";
import { createTenantRows, type TenantRows } from "./tenant-rows.ts";

export interface PlacedStorageOptions {
  /** The main database: all tenants without a database of their own, and where each tenant lives. */
  readonly main: Storage;
  /** The server of the main database, for tenants' own databases there; called `main` in placements. */
  readonly server: PlaceServer;
  /** Other servers, by the keys used in placements. */
  readonly servers?: ReadonlyMap<string, PlaceServer> | undefined;
  /** Milliseconds since 1970; the system clock unless a test sets another. */
  readonly clock?: (() => number) | undefined;
  /** How many connections all tenants' databases may use together. */
  readonly connections: number;
  /** How long a call waits for connections that other tenants use; 30,000 ms by default. */
  readonly queueTimeoutMs?: number | undefined;
  /** How long a write waits while its tenant is switched to another place; 5,000 ms by default. */
  readonly fencedTimeoutMs?: number | undefined;
  /** A database that was not used for this long is closed; 60,000 ms by default. */
  readonly idleMs?: number | undefined;
}

/** A storage that can also create databases for tenants. */
export interface PlacedStorage extends Storage {
  readonly places: PlaceMaker &
    TenantPlaces & {
      /** Up to `limit` tenants whose database is on a server that is not configured here. */
      listOnUnknownServers(limit: number): Promise<readonly TenantOnUnknownServer[]>;
    };
}

export interface TenantOnUnknownServer {
  readonly slug: string;
  /** The server's key. */
  readonly server: string;
}

/** A storage whose tenants may have databases of their own. It routes each call to where its tenant lives (ADR 0013). */
export function createPlacedStorage(options: PlacedStorageOptions): PlacedStorage {
  const { main, server, clock = Date.now } = options;
  const rows = createTenantRows(main);
  const running = createRunning();
  let listener: ChangeListener | undefined;
  const notify: ChangeListener = (changes) => listener?.(changes);
  const catalogue: Catalogue = createCatalogue(
    () => main.committed,
    (tenantId, whereabouts) => places.keepOnly(tenantId, whereabouts),
    (tenantId) => notify([everythingOf(tenantId)]),
  );
  const budget = createConnectionBudget(options.connections, options.queueTimeoutMs ?? 30_000, () =>
    places.makeRoom(),
  );
  const servers = new Map([...(options.servers ?? []), ["main", server] as const]);
  const places: Places = createPlaces({
    servers,
    budget,
    idleMs: options.idleMs ?? 60_000,
    async opened({ tenant_id }, storage) {
      storage.onChange((changes) => handleChanges(changes, tenant_id));
      await rows.repair(storage, tenant_id);
    },
    closing: (tenantId) => notify([everythingOf(tenantId)]),
  });

  /**
   * Handles the changes of a database. If it cannot say what changed, everything about the tenant that lives in it is
   * dropped.
   */
  function handleChanges(changes: readonly Change[] | "everything", tenantId: string | null): void {
    if (changes === "everything") {
      if (tenantId === null) catalogue.forgetAll();
      else catalogue.forget(tenantId);
      notify(tenantId === null ? "everything" : [everythingOf(tenantId)]);
      return;
    }
    notify(forgetChangedTenants(catalogue, changes));
  }

  function routeCall<T>(
    tenantId: string | null,
    work: (storage: Storage) => Awaitable<T>,
  ): Awaitable<T> {
    if (tenantId === null) return work(main);
    const known = catalogue.known(tenantId);
    if (known === "main") return work(main);
    // A database that is not open sends no changes, not even that the tenant has left it.
    const isHeardOf = known !== undefined && places.find(tenantId) !== undefined;
    if (isHeardOf) return running.track(runAt(known, work));
    return running.track(andThen(catalogue.ask(tenantId), (found) => runAt(found, work)));
  }

  const runAt = <T>(found: Whereabouts, work: (storage: Storage) => Awaitable<T>) =>
    found === "main" ? work(main) : places.use(found, work);

  main.onChange((changes) => handleChanges(changes, null));
  const catchUp = createCatchUp(main, catalogue, places);
  const { fencedTimeoutMs } = options;
  const routing = { main, catalogue, catchUp, routeCall, running };
  const parts = { ...routing, ...routeStorage(routing), places, rows, fencedTimeoutMs };
  const storage = assemble(parts, (told) => {
    listener = told;
  });
  const letGo = (tenantId: string) => forgetPlace(catalogue, places, tenantId);
  const making = { main, server, servers, budget, clock, letGo };
  return Object.assign(storage, { places: createTenantPlaces(storage, making) });
}

/**
 * Forgets where tenants live that changed. Events in the default tenant's chain report purged tenants, whose own
 * databases may not have sent anything; everything about them is dropped.
 */
function forgetChangedTenants(catalogue: Catalogue, changes: readonly Change[]): readonly Change[] {
  const others: Change[] = [];
  for (const { entity, tenant_id, entity_id } of changes) {
    if (entity !== "tenant") continue;
    catalogue.forget(tenant_id);
    if (entity_id === tenant_id) continue;
    catalogue.forget(entity_id);
    others.push(everythingOf(entity_id));
  }
  return others.length === 0 ? changes : [...changes, ...others];
}

function createCatchUp(main: Storage, catalogue: Catalogue, places: Places): Storage["catchUp"] {
  return (tenantId, fresh) => {
    const known = tenantId === null ? "main" : catalogue.known(tenantId);
    if (tenantId === null || known === "main") return main.catchUp(tenantId, fresh);
    // The main database reports where the tenant lives. Nothing remembered about a database that is not open is
    // trusted.
    return andThen(main.catchUp(null, fresh && known === undefined), () =>
      andThen(catalogue.known(tenantId) ?? catalogue.ask(tenantId), () =>
        places.useIfOpen(tenantId, (storage) => storage.catchUp(tenantId, fresh)),
      ),
    );
  };
}

type RouteCall = <T>(
  tenantId: string | null,
  work: (storage: Storage) => Awaitable<T>,
) => Awaitable<T>;

function routeStorage(
  routing: Pick<Parts, "main" | "catalogue" | "catchUp" | "routeCall" | "running">,
): Pick<Storage, "committed" | "replicated"> {
  const { main, catalogue, catchUp, routeCall, running } = routing;
  const route = <P extends object>(portsOf: (storage: Storage) => P) =>
    routePorts(portsOf(main), {
      catchUp: (tenantId) => catchUp(tenantId, false),
      isInMain: (tenantId) => catalogue.known(tenantId) === "main",
      track: running.track,
      route: (tenantId, work) => routeCall(tenantId, (storage) => work(portsOf(storage))),
    });
  return {
    committed: route((storage) => storage.committed),
    replicated: route((storage) => storage.replicated),
  };
}

function createTenantPlaces(
  storage: Storage,
  options: PlaceMakerOptions & PlaceRemoverOptions,
): PlacedStorage["places"] {
  return {
    ...createPlaceMaker(options),
    inspect: createPlaceInspector(options),
    remove: createPlaceRemover(options),
    migrateAll: () => migratePlaces(storage),
    listOnUnknownServers: (limit) => listOnUnknownServers(options, limit),
  };
}

async function listOnUnknownServers(
  { main, servers }: PlaceRemoverOptions,
  limit: number,
): Promise<readonly TenantOnUnknownServer[]> {
  const { placements, tenants } = main.committed;
  const found = await placements.listElsewhere([...servers.keys()], limit);
  return await Promise.all(
    found.map(async ({ tenant_id, server }) => {
      const tenant = await tenants.find(tenant_id);
      return { slug: tenant?.slug ?? tenant_id, server };
    }),
  );
}

async function forgetPlace(catalogue: Catalogue, places: Places, tenantId: string): Promise<void> {
  catalogue.forget(tenantId);
  await places.letGo(tenantId);
}

interface Parts {
  readonly main: Storage;
  readonly places: Places;
  readonly catalogue: Catalogue;
  readonly committed: Ports;
  readonly replicated: ReplicatedPorts;
  readonly rows: TenantRows;
  readonly running: Running;
  readonly fencedTimeoutMs: number | undefined;
  readonly catchUp: Storage["catchUp"];
  readonly routeCall: RouteCall;
}

function assemble(parts: Parts, onChange: Storage["onChange"]): Storage {
  const { main, places, catalogue, rows, routeCall } = parts;
  let closing: Promise<void> | undefined;

  async function end(): Promise<void> {
    await parts.running.ended();
    await places.close();
    await main.close();
  }

  function assertOpen(): void {
    if (closing === undefined) return;
    throw new DomainError("storage_closed", "The storage is closed; open it again");
  }

  return {
    get committed() {
      assertOpen();
      return parts.committed;
    },
    get replicated() {
      assertOpen();
      return parts.replicated;
    },
    transaction: (tenantId, body, options) =>
      whileFenced(parts.fencedTimeoutMs, tenantId, catalogue, () => {
        assertOpen();
        return routeCall(tenantId, (storage) =>
          storage === main || tenantId === null
            ? main.transaction(tenantId, body, options)
            : rows.transaction(storage, tenantId, body, options),
        );
      }),
    async snapshot(tenantId, body, options) {
      assertOpen();
      const taken = andThen(parts.catchUp(tenantId, false), () =>
        routeCall(tenantId, (storage) => storage.snapshot(tenantId, body, options)),
      );
      return await parts.running.track(taken);
    },
    onChange,
    catchUp(tenantId, fresh) {
      assertOpen();
      return parts.catchUp(tenantId, fresh);
    },
    lookNow(tenantId) {
      assertOpen();
      if (main.lookNow?.(tenantId) !== true) return false;
      const known = catalogue.known(tenantId);
      if (known === undefined || known === "main") return known === "main";
      return places.find(tenantId)?.lookNow?.(tenantId) === true;
    },
    foreignCommits(tenantId) {
      const isElsewhere =
        tenantId !== null &&
        (typeof catalogue.known(tenantId) === "object" || places.find(tenantId) !== undefined);
      if (isElsewhere) return places.foreignCommits(tenantId);
      return main.foreignCommits(tenantId) + catalogue.forgotten();
    },
    ...historyOf(parts),
    close() {
      closing ??= end();
      return closing;
    },
  };
}

const defaultFencedTimeoutMs = 5_000;
const firstPauseMs = 2;
const longestPauseMs = 100;

/** Retries a write that meets a fence: waits for the tenant's switch, looks up where it lives now, and goes there. */
async function whileFenced<T>(
  timeoutMs: number | undefined,
  tenantId: string | null,
  catalogue: Catalogue,
  write: () => Awaitable<T>,
): Promise<T> {
  const deadline = performance.now() + (timeoutMs ?? defaultFencedTimeoutMs);
  for (let pauseMs = firstPauseMs; ; pauseMs = Math.min(pauseMs * 2, longestPauseMs)) {
    try {
      return await write();
    } catch (error) {
      const isOver = performance.now() >= deadline;
      if (!isDomainError(error, "tenant_moving") || tenantId === null || isOver) throw error;
      catalogue.forget(tenantId);
      await delay(pauseMs);
    }
  }
}

/** The history where a tenant lives; undefined while the place is unknown or not open. */
function historyOf({ main, places, catalogue }: Parts): Pick<Storage, "history"> {
  if (main.history === undefined) return {};
  return {
    history(tenantId) {
      const place = catalogue.known(tenantId);
      if (place === undefined) return undefined;
      return (place === "main" ? main : places.find(tenantId))?.history?.(tenantId);
    },
  };
}

/** Calls in progress, which closing waits for. */
interface Running {
  track<T>(result: Awaitable<T>): Awaitable<T>;
  ended(): Promise<void>;
}

function createRunning(): Running {
  const calls = new Set<Promise<unknown>>();
  return {
    track(result) {
      if (!(result instanceof Promise)) return result;
      const call = result.finally(() => calls.delete(call));
      calls.add(call);
      return call;
    },
    async ended() {
      while (calls.size > 0) await Promise.allSettled(calls);
    },
  };
}

/** A change that drops everything remembered about a tenant. */
function everythingOf(tenantId: string): Change {
  return {
    tenant_id: tenantId,
    organization_id: null,
    type: "tenant.updated",
    entity: "tenant",
    entity_id: tenantId,
  };
}
