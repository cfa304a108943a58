import type { Change } from "../events/events.store.ts";

/** People who are known to be let in: active, in a tenant that is open. Exact as long as it is told of every change. */
export interface AdmittedPeople {
  has(tenantId: string, userId: string): boolean;
  /** Counts the changes that may have shut somebody out; what was read before the newest of them is not kept. */
  readonly heard: () => number;
  keep(tenantId: string, userId: string, heardAtRead: number): void;
  apply(changes: readonly Change[] | "everything"): void;
}

/** @param maximumPeople Beyond it all are forgotten. Whoever is not in it is read. */
export function createAdmittedPeople(maximumPeople: number): AdmittedPeople {
  const tenants = new Map<string, Set<string>>();
  let size = 0;
  let heard = 0;

  function clear(): void {
    tenants.clear();
    size = 0;
  }

  function dropTenant(tenantId: string): void {
    size -= tenants.get(tenantId)?.size ?? 0;
    tenants.delete(tenantId);
  }

  function dropUser(tenantId: string, userId: string): void {
    if (tenants.get(tenantId)?.delete(userId)) size -= 1;
  }

  return {
    has: (tenantId, userId) => tenants.get(tenantId)?.has(userId) === true,
    heard: () => heard,
    keep(tenantId, userId, heardAtRead) {
      if (heardAtRead !== heard) return;
      if (size >= maximumPeople) clear();
      const people = tenants.get(tenantId) ?? new Set();
      tenants.set(tenantId, people);
      if (!people.has(userId)) size += 1;
      people.add(userId);
    },
    apply(changes) {
      if (changes === "everything") {
        heard += 1;
        return clear();
      }
      for (const { entity, type, tenant_id, entity_id } of changes) {
        if (entity !== "tenant" && type !== "user.deactivated") continue;
        heard += 1;
        if (entity === "tenant") dropTenant(tenant_id);
        else dropUser(tenant_id, entity_id);
      }
    },
  };
}
