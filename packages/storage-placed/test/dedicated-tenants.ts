import type { Placement, Storage } from "@tenantry/core";
import { newDatabaseName, type PlaceServer } from "../src/index.ts";

const moment = "2026-08-01T12:00:00.000Z";

/** Records a place for a tenant, with a database that is empty. */
export async function placeTenant(
  storage: Storage,
  server: PlaceServer,
  tenantId: string,
): Promise<Placement> {
  const placement: Placement = {
    tenant_id: tenantId,
    server: "main",
    database: newDatabaseName(),
    epoch: 1,
    state: "steady",
    created_at: moment,
    updated_at: moment,
  };
  await server.make(placement.database ?? "");
  await storage.transaction(null, (ports) => ports.placements.insert(placement));
  return placement;
}

/** A storage in which a tenant that is written to for the first time gets a database of its own, where `isDedicated` says so. */
export function dedicating(
  storage: Storage,
  server: PlaceServer,
  isDedicated: (tenantId: string) => boolean,
): Storage {
  const placed = new Map<string, Promise<unknown>>();
  const running = new Set<Promise<unknown>>();
  const place = async (tenantId: string) => {
    const known = await storage.committed.placements.find(tenantId);
    if (known === undefined) await placeTenant(storage, server, tenantId);
  };
  return {
    ...storage,
    get committed() {
      return storage.committed;
    },
    get replicated() {
      return storage.replicated;
    },
    transaction(tenantId, body, options) {
      if (tenantId === null || !isDedicated(tenantId)) {
        return storage.transaction(tenantId, body, options);
      }
      const making = placed.get(tenantId) ?? place(tenantId);
      placed.set(tenantId, making);
      const call = making.then(() => storage.transaction(tenantId, body, options));
      running.add(call);
      return call;
    },
    async close() {
      await Promise.allSettled(running);
      await storage.close();
    },
  };
}
