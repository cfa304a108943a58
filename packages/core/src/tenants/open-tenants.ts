import type { Change } from "../events/events.store.ts";

/** Tenants that are known to let their people in; exact as long as it is told of every change. */
export interface OpenTenants {
  has(tenantId: string): boolean;
  /** Counts what was heard of tenants; what was read before the newest of it is not kept. */
  readonly heard: () => number;
  keep(tenantId: string, heardAtRead: number): void;
  apply(changes: readonly Change[] | "everything"): void;
}

/** @param maximumTenants Beyond it all are forgotten. One that is not there is read. */
export function createOpenTenants(maximumTenants: number): OpenTenants {
  const tenants = new Set<string>();
  let heard = 0;

  return {
    has: (tenantId) => tenants.has(tenantId),
    heard: () => heard,
    keep(tenantId, heardAtRead) {
      if (heardAtRead !== heard) return;
      if (tenants.size >= maximumTenants) tenants.clear();
      tenants.add(tenantId);
    },
    apply(changes) {
      if (changes === "everything") {
        heard += 1;
        return tenants.clear();
      }
      for (const { entity, tenant_id } of changes) {
        if (entity !== "tenant") continue;
        heard += 1;
        tenants.delete(tenant_id);
      }
    },
  };
}
