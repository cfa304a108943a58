import { DomainError } from "../errors.ts";
import type { Placement } from "../placements/placements.store.ts";
import type { Storage } from "../store.ts";
import type { PurgeRecord } from "./purges.store.ts";

/**
 * Records that a tenant is being purged. From then on its calls are answered as if it had never existed.
 *
 * @returns the record, with the place of the database if that is kept.
 * @throws {DomainError} `storage_busy` where another process is creating, moving or removing its place;
 * `invalid_input` where it has no database of its own to keep.
 */
export async function beginPurge(
  storage: Storage,
  purge: PurgeRecord,
  keepDatabase: boolean,
  dryRun: boolean,
): Promise<PurgeRecord> {
  return await storage.transaction(null, async ({ placements, purges }) => {
    const known = await purges.find(purge.tenant_id);
    if (known !== undefined) return known;
    const placement = await placements.find(purge.tenant_id);
    if (placement !== undefined && placement.state !== "steady") throw placeBusy(placement);
    const record = keepDatabase ? { ...purge, ...keptPlace(placement) } : purge;
    if (dryRun) return record;
    await purges.insert(record);
    if (placement === undefined) {
      await placements.insert(inMain(purge));
    } else {
      const dropping = changed(placement, "dropping", purge.begun_at);
      if (!(await placements.update(dropping, placement.epoch))) throw placeBusy(placement);
    }
    return record;
  });
}

/** Records for a purge that has begun that the database is to be kept after all. */
export async function keepAfterAll(storage: Storage, purge: PurgeRecord): Promise<PurgeRecord> {
  return await storage.transaction(null, async ({ placements, purges }) => {
    const kept = { ...purge, ...keptPlace(await placements.find(purge.tenant_id)) };
    await purges.remove(purge.tenant_id);
    await purges.insert(kept);
    return kept;
  });
}

/** Undoes {@link beginPurge}. */
export async function abandonPurge(storage: Storage, purge: PurgeRecord): Promise<void> {
  await storage.transaction(null, async ({ placements, purges }) => {
    const placement = await placements.find(purge.tenant_id);
    if (placement?.state === "dropping") {
      const steady = changed(placement, "steady", purge.begun_at);
      await placements.update(steady, placement.epoch);
    }
    await purges.remove(purge.tenant_id);
  });
}

/** Removes what the main database still has of a tenant whose rows are gone. */
export async function finishPurge(
  storage: Storage,
  { tenant_id }: PurgeRecord,
  now: string,
): Promise<void> {
  await storage.transaction(null, async (ports) => {
    const serial = await ports.registeredOrganizations.removeOf(tenant_id);
    await ports.tenants.removeCopy(tenant_id);
    await ports.placements.remove(tenant_id);
    await ports.purges.finish(tenant_id, serial ?? null, now);
  });
}

function inMain({ tenant_id, begun_at }: PurgeRecord): Placement {
  return {
    tenant_id,
    server: "main",
    database: null,
    epoch: 1,
    state: "dropping",
    created_at: begun_at,
    updated_at: begun_at,
  };
}

function changed(placement: Placement, state: Placement["state"], now: string): Placement {
  return { ...placement, state, epoch: placement.epoch + 1, updated_at: now };
}

function keptPlace(placement: Placement | undefined) {
  if (placement !== undefined && placement.database !== null) {
    return { kept_server: placement.server, kept_database: placement.database };
  }
  throw new DomainError(
    "invalid_input",
    "keep_database: the tenant has no database of its own to keep; leave it out, or move the tenant first",
    { fields: [{ pointer: "/keep_database", detail: "is not possible here; leave it out" }] },
  );
}

function placeBusy({ state }: Placement): DomainError {
  const what = {
    making: "is being made; try again in a moment",
    moving: "is being moved; try again when it has, or after tenantry tenant move --undo",
    dropping: "is being removed already",
    steady: "has just been moved; try again",
  };
  return new DomainError("storage_busy", `The tenant ${what[state]}`);
}
