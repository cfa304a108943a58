import type { Awaitable } from "../awaitable.ts";
import { forgetAllChanges } from "../moves/forget-changes.ts";
import type { StorageMoves } from "../moves/moves.store.ts";
import type { Ports, Storage } from "../store.ts";

const rowsAtOnce = 500;
/** The table of the tenant's own row, by which the tenant is found. */
const ownTable = "tenants";

/** A storage that can fence a tenant against writes by any process. */
type FencedStorage = Storage & { readonly moves: StorageMoves };

/** Removes a tenant's rows except its own, past the fence and in small transactions, so that nobody waits long. */
export async function clearTenantRows(
  { moves, committed }: FencedStorage,
  tenantId: string,
): Promise<void> {
  for (const table of tablesOf(committed, tenantId)) {
    const clearSome = () =>
      moves.write(tenantId, (ports) => ports.moves.clear(tenantId, table, rowsAtOnce));
    while ((await clearSome()) > 0);
  }
}

/**
 * Fences the tenant here, and then writes its last rows with `end`, which sees everything written before. If that
 * fails, the fence is lifted.
 */
export async function endTenant(
  moves: StorageMoves,
  tenantId: string,
  end: (ports: Ports) => Awaitable<void>,
): Promise<void> {
  await moves.fence(tenantId, true);
  try {
    await moves.write(tenantId, end);
  } catch (error) {
    await moves.fence(tenantId, false);
    throw error;
  }
}

/**
 * Removes everything that a storage has of a tenant. The tenant's own row goes last, so that an interrupted removal
 * can be continued. Where the storage has no fence, all of it is one transaction.
 *
 * @param end As in {@link endTenant}; if it fails, nothing is removed.
 */
export async function removeTenantRows(
  storage: Storage,
  tenantId: string,
  end: (ports: Ports) => Awaitable<void>,
): Promise<void> {
  const { moves } = storage;
  if (moves === undefined) {
    await storage.transaction(tenantId, async (ports) => {
      await end(ports);
      await removeRest(ports, tenantId);
    });
    return;
  }
  await endTenant(moves, tenantId, end);
  await clearTenantRows(storage as FencedStorage, tenantId);
  await moves.write(tenantId, (ports) => removeRest(ports, tenantId));
}

async function removeRest(ports: Ports, tenantId: string): Promise<void> {
  for (const table of tablesOf(ports, tenantId)) {
    while ((await ports.moves.clear(tenantId, table, rowsAtOnce)) > 0);
  }
  await forgetAllChanges(ports.moves, tenantId);
  await ports.tenants.removeCopy(tenantId);
}

/** The tenant's tables, those that refer to others first. */
function tablesOf({ copies }: Ports, tenantId: string): readonly string[] {
  const tables = copies.tables(tenantId).map(({ name }) => name);
  return tables.filter((name) => name !== ownTable).toReversed();
}
