import type { Change } from "../events/events.store.ts";
import { accessOf } from "./access.policy.ts";
import type { AccessRecord } from "./access.store.ts";
import { type CachedAccess, createAccessTable } from "./access-table.ts";

/**
 * A cache fill in progress. A change that arrives meanwhile spoils it: what it read may be older than the change, so
 * it is returned but not stored.
 */
export interface CacheFill {
  readonly tenantId: string;
  readonly organizationId: string;
  readonly userId: string;
  spoiled: boolean;
}

/**
 * Access by tenant, organization and user, bounded in size. Exact as long as {@link PermissionCache.apply} is called
 * with every change.
 */
export interface PermissionCache {
  find(tenantId: string, organizationId: string, userId: string): CachedAccess | undefined;
  beginFill(tenantId: string, organizationId: string, userId: string): CacheFill;
  /** Returns what a fill read, and stores it unless a change arrived since the fill began. */
  endFill(fill: CacheFill, record: AccessRecord | undefined, revision: number): CachedAccess;
  /** Ends a fill whose read failed. */
  abandonFill(fill: CacheFill): void;
  apply(changes: readonly Change[] | "everything"): void;
  size(): number;
}

/**
 * @param maximumEntries How many users' access is kept. Anything not kept is read from the storage, so the bound
 * affects speed only.
 */
export function createPermissionCache(maximumEntries: number): PermissionCache {
  const table = createAccessTable(maximumEntries);
  const fills = new Set<CacheFill>();

  function spoil(change: Change, reach: Reach): void {
    for (const fill of fills) if (isTouched(fill, change, reach)) fill.spoiled = true;
  }

  function applyOne(change: Change): void {
    const { tenant_id, organization_id, entity_id } = change;
    const reach = reachOf(change);
    if (reach === "nobody") return;
    if (reach === "tenant" || organization_id === null) table.dropTenant(tenant_id);
    else if (reach === "organization") table.dropOrganization(tenant_id, organization_id);
    else table.dropUser(tenant_id, organization_id, entity_id);
    spoil(change, reach);
  }

  return {
    find: table.find,
    beginFill(tenantId, organizationId, userId) {
      const fill = { tenantId, organizationId, userId, spoiled: false };
      fills.add(fill);
      return fill;
    },
    endFill(fill, record, revision) {
      fills.delete(fill);
      const entry = { access: record === undefined ? null : accessOf(record), revision };
      // Unknown organizations are not stored; otherwise a caller could fill the cache with invented ids.
      if (!fill.spoiled && revision > 0) {
        table.put(fill.tenantId, fill.organizationId, fill.userId, entry);
      }
      return entry;
    },
    abandonFill: (fill) => fills.delete(fill),
    apply(changes) {
      if (changes !== "everything") return changes.forEach(applyOne);
      table.clear();
      for (const fill of fills) fill.spoiled = true;
    },
    size: table.size,
  };
}

export type Reach = "nobody" | "user" | "organization" | "tenant";

function isTouched(fill: CacheFill, change: Change, reach: Reach): boolean {
  if (fill.tenantId !== change.tenant_id) return false;
  if (reach === "tenant" || change.organization_id === null) return true;
  if (fill.organizationId !== change.organization_id) return false;
  return reach === "organization" || fill.userId === change.entity_id;
}

/** Whose access a change affects. Anything not known to be harmless drops more rather than less. */
export function reachOf(change: Change): Reach {
  switch (change.entity) {
    case "membership":
      return "user";
    case "resource":
    case "plan":
      return "nobody";
    case "user":
      return change.type === "user.created" || change.type === "user.updated" ? "nobody" : "tenant";
    case "organization":
      return isHarmlessToAccess(change) ? "nobody" : "organization";
    case "team":
    case "team_member":
      return "organization";
    case "role":
      return change.organization_id === null ? "tenant" : "organization";
    case "tenant_user_role":
    case "tenant":
      return "tenant";
  }
}

/**
 * Whether a process may remember something that a commit makes wrong: access, who is let in, or where a tenant lives.
 * Nobody remembers anything of an organization that the commit itself creates.
 *
 * Pages are left out: they are only remembered where every read looks for other processes' commits itself
 * ({@link Storage.lookNow}), and then no commit needs a message.
 */
export function mayBeRemembered(changes: readonly Change[]): boolean {
  const created = new Set(
    changes.flatMap((change) =>
      change.type === "organization.created" ? [change.organization_id] : [],
    ),
  );
  return changes.some((change) => {
    const reach = reachOf(change);
    if (reach === "nobody") return false;
    const id = reach === "tenant" ? null : change.organization_id;
    return id === null || !created.has(id);
  });
}

function isHarmlessToAccess(change: Change): boolean {
  return (
    change.type === "organization.updated" ||
    change.type === "organization.plan_changed" ||
    change.type === "organization.billing_changed"
  );
}
