import { type Awaitable, type Placement, type Ports, tenantNotFound } from "@tenantry/core";
import { andThen } from "./awaitable.ts";

/** Where a tenant lives: in a database of its own, or in the main one. */
export type Whereabouts = Placement | "main";

/** Whether both are the same database. */
export function isSamePlace(one: Whereabouts, other: Whereabouts): boolean {
  if (one === "main" || other === "main") return one === other;
  return one.server === other.server && one.database === other.database;
}

/** What is known of where tenants live. Whoever is not in it is asked for; nothing is guessed. */
export interface Catalogue {
  known(tenantId: string): Whereabouts | undefined;
  /**
   * Asks the main database.
   *
   * @throws {DomainError} `tenant_not_found` for one that is being removed.
   */
  ask(tenantId: string): Awaitable<Whereabouts>;
  /** Something has happened to the tenant, perhaps to where it lives: it is asked for anew. */
  forget(tenantId: string): void;
  forgetAll(): void;
  /** Rises whenever something was forgotten: what was counted in one place says nothing of another. */
  forgotten(): number;
}

const mostTenants = 100_000;

/**
 * @param found Called with what the main database says of a tenant.
 * @param moved Called when a tenant that was asked for with each call is found elsewhere: nothing tells of the switch itself, and what was memorised
 *   before is of the old place.
 */
export function createCatalogue(
  committed: () => Ports,
  found: (tenantId: string, whereabouts: Whereabouts) => void,
  moved: (tenantId: string) => void,
): Catalogue {
  const tenants = new Map<string, Whereabouts>();
  /** Where those were last found that are asked for with each call. */
  const underWay = new Map<string, Whereabouts>();
  let forgotten = 0;

  function see(tenantId: string, whereabouts: Whereabouts, isSettled: boolean): void {
    found(tenantId, whereabouts);
    const before = underWay.get(tenantId);
    if (isSettled) underWay.delete(tenantId);
    else underWay.set(tenantId, whereabouts);
    if (before === undefined || isSamePlace(before, whereabouts)) return;
    forgotten += 1;
    moved(tenantId);
  }

  function remember(tenantId: string, whereabouts: Whereabouts, forgottenAtRead: number): void {
    // A change came in while it was read: what was read may be older than that.
    if (forgottenAtRead !== forgotten) return;
    if (tenants.size >= mostTenants) tenants.clear();
    tenants.set(tenantId, whereabouts);
  }

  function ask(tenantId: string): Awaitable<Whereabouts> {
    const forgottenAtRead = forgotten;
    const { placements, tenants: rows } = committed();
    return andThen(placements.find(tenantId), (placement) => {
      if (placement?.state === "dropping") {
        found(tenantId, "main");
        throw tenantNotFound();
      }
      // One that moves is asked for with each call, so that nobody goes where it no longer is.
      const isSettled = placement?.state !== "moving";
      if (placement !== undefined && placement.database !== null) {
        see(tenantId, placement, isSettled);
        if (isSettled) remember(tenantId, placement, forgottenAtRead);
        return placement;
      }
      see(tenantId, "main", isSettled);
      if (!isSettled) return "main";
      return andThen(rows.find(tenantId), (row) => {
        // Of tenants that do not exist nothing is kept, else a caller could fill memory with invented ids.
        if (row !== undefined) remember(tenantId, "main", forgottenAtRead);
        return "main";
      });
    });
  }

  return {
    known: (tenantId) => tenants.get(tenantId),
    ask,
    forget(tenantId) {
      forgotten += 1;
      tenants.delete(tenantId);
    },
    forgetAll() {
      forgotten += 1;
      tenants.clear();
    },
    forgotten: () => forgotten,
  };
}
