import {
  type Awaitable,
  type Change,
  type ChangeListener,
  DomainError,
  type Ports,
  type ReplicatedPorts,
  type Storage,
} from "@tenantry/core";
import { andThen } from "./awaitable.ts";
import { type Catalogue, createCatalogue, type Whereabouts } from "./catalogue.ts";
import { createConnectionBudget } from "./connection-budget.ts";
import type { PlaceServer } from "./place-server.ts";
import { createPlaces, type Places } from "./places.ts";
import { routePorts } from "./route-ports.ts";
import { createTenantRows, type TenantRows } from "./tenant-rows.ts";

export interface PlacedStorageOptions {
  /** The main database: every tenant that has none of its own, and where each lives. */
  readonly main: Storage;
  /** Where databases of tenants are, by the keys that placements name. `main` is the server of the main database. */
  readonly servers: ReadonlyMap<string, PlaceServer>;
  /** How many connections the databases of tenants may take, all of them together. */
  readonly connections: number;
  /** How long a call waits for connections that other tenants use; 30,000 ms without it. */
  readonly queueTimeoutMs?: number | undefined;
  /** A database that nobody used for so long is closed; 60,000 ms without it. */
  readonly idleMs?: number | undefined;
}

/** A storage whose tenants may have databases of their own: each call goes where its tenant lives (ADR 0013). */
export function createPlacedStorage(options: PlacedStorageOptions): Storage {
  const { main } = options;
  const rows = createTenantRows(main);
  const running = createRunning();
  const { track } = running;
  let listener: ChangeListener | undefined;
  const tell: ChangeListener = (changes) => listener?.(changes);
  const catalogue: Catalogue = createCatalogue(
    () => main.committed,
    (tenantId, whereabouts) => places.keepOnly(tenantId, whereabouts),
  );
  const budget = createConnectionBudget(options.connections, options.queueTimeoutMs ?? 30_000, () =>
    places.makeRoom(),
  );
  const places: Places = createPlaces({
    servers: options.servers,
    budget,
    idleMs: options.idleMs ?? 60_000,
    async opened({ tenant_id }, storage) {
      storage.onChange((changes) => hear(changes, tenant_id));
      await rows.repair(storage, tenant_id);
    },
    failed: catalogue.forget,
    closing: (tenantId) => tell([everythingOf(tenantId)]),
  });

  /** What a database tells. One that cannot say what has changed says so of the tenant that lives in it. */
  function hear(changes: readonly Change[] | "everything", tenantId: string | null): void {
    if (changes === "everything") {
      if (tenantId === null) catalogue.forgetAll();
      else catalogue.forget(tenantId);
      tell(tenantId === null ? "everything" : [everythingOf(tenantId)]);
      return;
    }
    for (const { entity, tenant_id } of changes)
      if (entity === "tenant") catalogue.forget(tenant_id);
    tell(changes);
  }

  function go<T>(tenantId: string | null, work: (storage: Storage) => Awaitable<T>): Awaitable<T> {
    if (tenantId === null) return work(main);
    const known = catalogue.known(tenantId);
    if (known === "main") return work(main);
    if (known !== undefined) return track(goTo(known, work));
    return track(andThen(catalogue.ask(tenantId), (found) => goTo(found, work)));
  }

  function goTo<T>(found: Whereabouts, work: (storage: Storage) => Awaitable<T>): Awaitable<T> {
    if (found === "main") return work(main);
    if (found.state === "dropping") throw new DomainError("tenant_not_found", "No such tenant");
    return places.use(found, work);
  }

  main.onChange((changes) => hear(changes, null));
  const isInMain = (tenantId: string) => catalogue.known(tenantId) === "main";
  const committed = routePorts(main.committed, {
    isInMain,
    route: (tenantId, work) => go(tenantId, (storage) => work(storage.committed)),
  });
  const replicated = routePorts(main.replicated, {
    isInMain,
    route: (tenantId, work) => go(tenantId, (storage) => work(storage.replicated)),
  });
  return assemble({ main, places, catalogue, committed, replicated, go, rows, running }, (told) => {
    listener = told;
  });
}

interface Parts {
  readonly main: Storage;
  readonly places: Places;
  readonly catalogue: Catalogue;
  readonly committed: Ports;
  readonly replicated: ReplicatedPorts;
  readonly rows: TenantRows;
  readonly running: Running;
  go<T>(tenantId: string | null, work: (storage: Storage) => Awaitable<T>): Awaitable<T>;
}

function assemble(parts: Parts, onChange: Storage["onChange"]): Storage {
  const { main, places, catalogue, rows, go } = parts;
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
    async transaction(tenantId, body) {
      assertOpen();
      return await go(tenantId, (storage) =>
        storage === main || tenantId === null
          ? main.transaction(tenantId, body)
          : rows.transaction(storage, tenantId, body),
      );
    },
    async snapshot(tenantId, body, options) {
      assertOpen();
      return await go(tenantId, (storage) => storage.snapshot(tenantId, body, options));
    },
    onChange,
    catchUp(tenantId, fresh) {
      assertOpen();
      const known = tenantId === null ? "main" : catalogue.known(tenantId);
      if (tenantId === null || known === "main") return main.catchUp(tenantId, fresh);
      // The main database tells where the tenant lives; of a database that is not open nothing is believed.
      return andThen(main.catchUp(null, fresh && known === undefined), () =>
        andThen(catalogue.known(tenantId) ?? catalogue.ask(tenantId), () =>
          places.useIfOpen(tenantId, (storage) => storage.catchUp(tenantId, fresh)),
        ),
      );
    },
    lookNow(tenantId) {
      assertOpen();
      if (main.lookNow?.(tenantId) !== true) return false;
      if (catalogue.known(tenantId) === "main") return true;
      return places.find(tenantId)?.lookNow?.(tenantId) === true;
    },
    foreignCommits(tenantId) {
      const isElsewhere =
        tenantId !== null &&
        (typeof catalogue.known(tenantId) === "object" || places.find(tenantId) !== undefined);
      if (isElsewhere) return places.foreignCommits(tenantId);
      return main.foreignCommits(tenantId) + catalogue.forgotten();
    },
    close() {
      closing ??= end();
      return closing;
    },
  };
}

/** Calls that are under way, which closing waits for. */
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

/** The change after which nothing is believed of a tenant that was memorised. */
function everythingOf(tenantId: string): Change {
  return {
    tenant_id: tenantId,
    organization_id: null,
    type: "tenant.updated",
    entity: "tenant",
    entity_id: tenantId,
  };
}
