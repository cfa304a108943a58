import type { Change } from "../events/events.store.ts";

/** Users known to be let in: they and their tenant are active. Exact as long as `apply` is called with every change. */
export interface AdmittedPeople {
  has(tenantId: string, userId: string): boolean;
  /** Counts the changes that may have shut somebody out. A read that began before the latest one is not kept. */
  readonly changeCount: () => number;
  keep(tenantId: string, userId: string, countAtRead: number): void;
  apply(changes: readonly Change[] | "everything"): void;
}

/** @param maximumPeople When it is reached, all are forgotten; users who are not kept are read again. */
export function createAdmittedPeople(maximumPeople: number): AdmittedPeople {
  const tenants = new Map<string, Set<string>>();
  let size = 0;
  let changeCount = 0;

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
    changeCount: () => changeCount,
    keep(tenantId, userId, countAtRead) {
      if (countAtRead !== changeCount) return;
      if (size >= maximumPeople) clear();
      const people = tenants.get(tenantId) ?? new Set();
      tenants.set(tenantId, people);
      if (!people.has(userId)) size += 1;
      people.add(userId);
    },
    apply(changes) {
      if (changes === "everything") {
        changeCount += 1;
        return clear();
      }
      for (const { entity, type, tenant_id, entity_id } of changes) {
        if (entity !== "tenant" && type !== "user.deactivated") continue;
        changeCount += 1;
        if (entity === "tenant") dropTenant(tenant_id);
        else dropUser(tenant_id, entity_id);
      }
    },
  };
}
