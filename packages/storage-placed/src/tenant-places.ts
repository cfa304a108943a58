import type { NewTenant, Placement, Storage, TenantPlaces } from "@tenantry/core";
import type { ConnectionBudget } from "./connection-budget.ts";
import { newDatabaseName, type PlaceLock, type PlaceServer } from "./place-server.ts";

/** Creates databases for tenants, and removes what killed processes left. */
export interface PlaceMaker extends Pick<TenantPlaces, "withNewPlace"> {
  /** Finishes or removes databases that killed processes left half created or half removed. */
  cleanUp(): Promise<void>;
}

export interface PlaceMakerOptions {
  readonly main: Storage;
  readonly server: PlaceServer;
  readonly budget: ConnectionBudget;
  /** Resolves when this process has closed the tenant's database. */
  readonly letGo: (tenantId: string) => Promise<void>;
  /** Milliseconds since 1970. */
  readonly clock: () => number;
}

const serverKey = "main";
const mostAbandoned = 100;

/**
 * Creates places in steps: record the placement as `making`, create the database, create the tenant in it, record the
 * placement as `steady`. If the process ends after any step, the record shows what it left: if the tenant was created
 * the place is finished, otherwise it is removed.
 */
export function createPlaceMaker(options: PlaceMakerOptions): PlaceMaker {
  const { main, server } = options;
  const inTurn = createTurns();

  async function make<T>(tenant: NewTenant, create: () => Promise<T>): Promise<T> {
    if ((await main.committed.placements.find(tenant.id)) !== undefined) return await create();
    const placement = newPlacement(tenant.id, new Date(options.clock()).toISOString());
    return await withLock(options, placement, async (beginCreating) => {
      await main.transaction(null, (ports) => ports.placements.insert(placement));
      try {
        await server.make(placement.database);
        beginCreating();
        const created = await create();
        await settle(options, placement);
        return created;
      } catch (error) {
        // If this fails, the record lets the next process that creates or opens remove it.
        await takeAway(options, placement).catch(() => {});
        throw error;
      }
    });
  }

  async function cleanUp(): Promise<void> {
    const { placements, purges } = main.committed;
    for (const placement of await placements.listUnsteady(mostAbandoned)) {
      if (placement.server !== serverKey || placement.state === "moving") continue;
      // A purge has further steps, and is continued by whoever handles purges.
      if ((await purges.find(placement.tenant_id)) !== undefined) continue;
      await cleanUpOne(options, placement);
    }
  }

  return {
    withNewPlace: (tenant, create) =>
      inTurn(async () => {
        await cleanUp();
        return await make(tenant, create);
      }),
    cleanUp: () => inTurn(cleanUp),
  };
}

interface NewPlacement extends Placement {
  readonly database: string;
}

function newPlacement(tenantId: string, now: string): NewPlacement {
  return {
    tenant_id: tenantId,
    server: serverKey,
    database: newDatabaseName(),
    epoch: 1,
    state: "making",
    created_at: now,
    updated_at: now,
  };
}

/** Holds the lock, which takes one connection, and reserves those needed to create the database. */
async function withLock<T>(
  { server, budget }: PlaceMakerOptions,
  { database }: NewPlacement,
  work: (madeIt: () => void) => Promise<T>,
): Promise<T> {
  const { least } = server.connections;
  await budget.take(least + 1, least + 1);
  let taken = least + 1;
  const giveBackTo = (kept: number) => {
    budget.give(taken - kept);
    taken = kept;
  };
  let lock: PlaceLock | undefined;
  try {
    lock = await server.tryLock(database);
    return await work(() => giveBackTo(1));
  } finally {
    await lock?.release();
    giveBackTo(0);
  }
}

async function settle({ main }: PlaceMakerOptions, placement: Placement): Promise<void> {
  const steady: Placement = { ...placement, state: "steady" };
  await main.transaction(null, (ports) => ports.placements.update(steady, placement.epoch));
}

/** Removes in this order: first nobody goes to the place any more, then the database, and last its record. */
async function takeAway(options: PlaceMakerOptions, placement: Placement): Promise<void> {
  const { main, server, letGo } = options;
  const { tenant_id, database, epoch } = placement;
  const dropping: Placement = { ...placement, state: "dropping" };
  await main.transaction(null, (ports) => ports.placements.update(dropping, epoch));
  await letGo(tenant_id);
  if (database !== null) await server.drop(database);
  await main.transaction(null, async (ports) => {
    await ports.tenants.removeCopy(tenant_id);
    await ports.registeredOrganizations.removeOf(tenant_id);
    await ports.placements.remove(tenant_id);
  });
}

/** If another process holds the lock, it is at work on it and nothing is done here. */
async function cleanUpOne(options: PlaceMakerOptions, found: Placement): Promise<void> {
  const { main, server, budget } = options;
  if (found.database === null) return;
  const { least } = server.connections;
  await budget.take(least + 1, least + 1);
  try {
    const lock = await server.tryLock(found.database);
    if (lock === undefined) return;
    try {
      const placement = await main.committed.placements.find(found.tenant_id);
      if (placement === undefined || placement.state === "steady") return;
      const isCreated = placement.state === "making" && (await hasTenant(server, placement));
      if (isCreated) await settle(options, placement);
      else await takeAway(options, placement);
    } finally {
      await lock.release();
    }
  } finally {
    budget.give(least + 1);
  }
}

/** Whether the tenant was created before its process ended. A database that was not created has no tenant. */
async function hasTenant(server: PlaceServer, placement: Placement): Promise<boolean> {
  const { database, tenant_id } = placement;
  if (database === null || !(await server.exists(database))) return false;
  const storage = await server.open(database, server.connections.least);
  try {
    return (await storage.committed.tenants.find(tenant_id)) !== undefined;
  } finally {
    await storage.close();
  }
}

/** One after another: a creation holds connections while it waits for more, so several could deadlock. */
function createTurns() {
  let last: Promise<unknown> = Promise.resolve();
  return <T>(work: () => Promise<T>): Promise<T> => {
    const turn = last.then(work, work);
    last = turn.catch(() => {});
    return turn;
  };
}
