import type { Awaitable, Placement, Storage } from "@tenantry/core";
import { isSamePlace, type Whereabouts } from "./catalogue.ts";
import { beginPlace, type Place, type PlacesOptions } from "./open-place.ts";

/** The open databases of tenants. */
export interface Places {
  /** Runs work in a tenant's database, which is opened if necessary and stays open meanwhile. */
  use<T>(placement: Placement, work: (storage: Storage) => Awaitable<T>): Awaitable<T>;
  /** As `use`, but does nothing if the database is not open. */
  useIfOpen(tenantId: string, work: (storage: Storage) => Awaitable<void>): Awaitable<void>;
  /** A tenant's database if it is open. It may be closed at any moment. */
  find(tenantId: string): Storage | undefined;
  /**
   * As `Storage.foreignCommits`. The number rises each time the database was closed in between, because nobody
   * listened then.
   */
  foreignCommits(tenantId: string): number;
  /** Resolves when a tenant's database is closed, after its running uses. */
  letGo(tenantId: string): Promise<void>;
  /** Closes a tenant's database after its running uses, if the tenant lives elsewhere. */
  keepOnly(tenantId: string, whereabouts: Whereabouts): void;
  /** Closes databases, the longest unused first, while others wait for connections. */
  makeRoom(): void;
  close(): Promise<void>;
}

/** More than the commits that a process can hear of while one database is open. */
const commitsPerGeneration = 2 ** 32;

export function createPlaces(options: PlacesOptions): Places {
  const { idleMs } = options;
  const set = createPlaceSet(options);
  const { places } = set;
  const sweep = setInterval(() => {
    const before = performance.now() - idleMs;
    for (const place of [...places.values()]) {
      if (place.uses === 0 && place.usedAtMs < before) set.retire(place);
    }
  }, idleMs / 4).unref();

  function keepOnly(tenantId: string, whereabouts: Whereabouts): void {
    const place = places.get(tenantId);
    if (place !== undefined && !isSamePlace(place.placement, whereabouts)) set.retire(place);
  }

  return {
    use(placement, work) {
      keepOnly(placement.tenant_id, placement);
      return set.use(places.get(placement.tenant_id) ?? set.open(placement), work);
    },
    useIfOpen(tenantId, work) {
      const place = places.get(tenantId);
      if (place?.storage !== undefined) return set.use(place, work);
    },
    find: (tenantId) => places.get(tenantId)?.storage,
    foreignCommits(tenantId) {
      const place = places.get(tenantId);
      if (place?.storage === undefined) return (set.generation() + 1) * commitsPerGeneration;
      return place.generation * commitsPerGeneration + place.storage.foreignCommits(tenantId);
    },
    async letGo(tenantId) {
      const place = places.get(tenantId);
      if (place === undefined) return;
      set.retire(place);
      await place.ended.promise;
    },
    keepOnly,
    makeRoom: set.makeRoom,
    async close() {
      clearInterval(sweep);
      await set.close();
    },
  };
}

/** Opens and closes databases, as it is told. */
interface PlaceSet {
  /** The places that can be used. */
  readonly places: ReadonlyMap<string, Place>;
  generation(): number;
  open(placement: Placement): Place;
  use<T>(place: Place, work: (storage: Storage) => Awaitable<T>): Awaitable<T>;
  retire(place: Place): void;
  makeRoom(): void;
  close(): Promise<void>;
}

function createPlaceSet(options: PlacesOptions): PlaceSet {
  const { budget } = options;
  const places = new Map<string, Place>();
  /** The places that are not closed yet. */
  const living = new Set<Place>();
  let generation = 0;
  /** The connections of places that are about to be closed. */
  let leaving = 0;

  function open(placement: Placement): Place {
    generation += 1;
    const place = beginPlace(options, placement, generation, retire);
    places.set(placement.tenant_id, place);
    living.add(place);
    return place;
  }

  function release(place: Place): void {
    place.uses -= 1;
    if (place.uses > 0) return;
    if (place.isRetired) void end(place);
    else if (budget.wanted() > 0) makeRoom();
  }

  function retire(place: Place): void {
    if (place.isRetired) return;
    place.isRetired = true;
    places.delete(place.placement.tenant_id);
    leaving += place.connections;
    options.closing(place.placement.tenant_id);
    if (place.uses === 0) void end(place);
  }

  async function end(place: Place): Promise<void> {
    try {
      await (await place.opening).close();
    } catch {
      // The caller who opened it got the error.
    }
    living.delete(place);
    leaving -= place.connections;
    budget.give(place.connections);
    place.ended.resolve();
  }

  function makeRoom(): void {
    for (const place of inOrderOfLeaving([...places.values()])) {
      if (budget.wanted() <= leaving) return;
      retire(place);
    }
  }

  return {
    places,
    generation: () => generation,
    open,
    use: (place, work) => useWhile(place, work, release),
    retire,
    makeRoom,
    async close() {
      const ended = [...living].map((place) => place.ended.promise);
      for (const place of [...places.values()]) retire(place);
      await Promise.all(ended);
    },
  };
}

function useWhile<T>(
  place: Place,
  work: (storage: Storage) => Awaitable<T>,
  release: (place: Place) => void,
): Awaitable<T> {
  place.uses += 1;
  place.usedAtMs = performance.now();
  let result: Awaitable<T>;
  try {
    result = place.storage === undefined ? place.opening.then(work) : work(place.storage);
  } catch (error) {
    release(place);
    throw error;
  }
  if (result instanceof Promise) return result.finally(() => release(place));
  release(place);
  return result;
}

/**
 * The order in which places are closed: unused ones first, the longest unused before the others. If all are in use,
 * those opened first are closed after their running uses; otherwise late callers would never be served.
 */
function inOrderOfLeaving(places: readonly Place[]): readonly Place[] {
  const open = places.filter(({ storage }) => storage !== undefined);
  const unused = open.filter(({ uses }) => uses === 0);
  const used = open.filter(({ uses }) => uses > 0);
  unused.sort((one, other) => one.usedAtMs - other.usedAtMs);
  used.sort((one, other) => one.generation - other.generation);
  return [...unused, ...used];
}
