import { type Awaitable, type Placement, type Ports, tenantNotFound } from "@tenantry/core";
import { andThen } from "./awaitable.ts";

/** Where a tenant lives: in a database of its own, or in the main one. */
export type Whereabouts = Placement | "main";

/** Whether both are the same database. */
export function isSamePlace(one: Whereabouts, other: Whereabouts): boolean {
  if (one === "main" || other === "main") return one === other;
  return one.server === other.server && one.database === other.database;
}

/** Remembers where tenants live. For any other tenant the main database is asked. */
export interface Catalogue {
  known(tenantId: string): Whereabouts | undefined;
  /**
   * Asks the main database.
   *
   * @throws {DomainError} `tenant_not_found` for a tenant that is being removed.
   */
  ask(tenantId: string): Awaitable<Whereabouts>;
  /** Forgets a tenant, because something happened to it that may have changed where it lives. */
  forget(tenantId: string): void;
  forgetAll(): void;
  /** Rises whenever something is forgotten, because counts from one place mean nothing in another. */
  forgotten(): number;
}

const mostTenants = 100_000;

/**
 * @param found Called with what the main database says about a tenant.
 * @param moved Called when a tenant that is looked up on each call is found elsewhere. Nothing announces the switch
 * itself, and what was remembered before is about the old place.
 */
export function createCatalogue(
  committed: () => Ports,
  found: (tenantId: string, whereabouts: Whereabouts) => void,
  moved: (tenantId: string) => void,
): Catalogue {
  const tenants = new Map<string, Whereabouts>();
  /** Where tenants that are looked up on each call were last found. */
  const underWay = new Map<string, Whereabouts>();
  let forgotten = 0;

  function noteWhereabouts(tenantId: string, whereabouts: Whereabouts, isSettled: boolean): void {
    found(tenantId, whereabouts);
    const before = underWay.get(tenantId);
    if (isSettled) underWay.delete(tenantId);
    else underWay.set(tenantId, whereabouts);
    if (before === undefined || isSamePlace(before, whereabouts)) return;
    forgotten += 1;
    moved(tenantId);
  }

  function remember(tenantId: string, whereabouts: Whereabouts, forgottenAtRead: number): void {
    // A change arrived during the read, so the result may be out of date.
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
      // A moving tenant is looked up on each call, so that no call goes to its old place.
      const isSettled = placement?.state !== "moving";
      if (placement !== undefined && placement.database !== null) {
        noteWhereabouts(tenantId, placement, isSettled);
        if (isSettled) remember(tenantId, placement, forgottenAtRead);
        return placement;
      }
      noteWhereabouts(tenantId, "main", isSettled);
      if (!isSettled) return "main";
      return andThen(rows.find(tenantId), (row) => {
        // Unknown tenants are not remembered; otherwise a caller could fill memory with invented ids.
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
