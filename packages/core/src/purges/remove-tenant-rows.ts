import type { Awaitable } from "../awaitable.ts";
import { forgetAllChanges } from "../moves/forget-changes.ts";
import type { StorageMoves } from "../moves/moves.store.ts";
import type { Ports, Storage } from "../store.ts";

const rowsAtOnce = 500;
/** The table of the tenant's own row, which is what it is found by. */
const ownTable = "tenants";

/** A storage that can keep every process from writing a tenant's rows. */
type FencedStorage = Storage & { readonly moves: StorageMoves };

/** Removes a tenant's rows but for its own, through its fence and in small transactions, so that nobody waits long for them. */
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
 * Keeps every process from writing the tenant's rows here and then writes the last of them: `end`, which sees all that was written before. Where it
 * fails the tenant may be written again.
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
 * Removes everything that a storage has of a tenant, its own row last: until then another run goes on. Where nobody can be kept from writing meanwhile all
 * of it is one transaction.
 *
 * @param end As of {@link endTenant}; where it fails, nothing is removed.
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

/** Children first. */
function tablesOf({ copies }: Ports, tenantId: string): readonly string[] {
  const tables = copies.tables(tenantId).map(({ name }) => name);
  return tables.filter((name) => name !== ownTable).toReversed();
}
