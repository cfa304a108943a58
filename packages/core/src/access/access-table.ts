import type { Access } from "./access.policy.ts";

/** One user's access in one organization. Valid for as long as the table holds it. */
export interface CachedAccess {
  /** Null where there is no such membership: non-members are cached as well. */
  readonly access: Access | null;
  /** The organization's revision at which the entry was read. */
  readonly revision: number;
}

type Users = Map<string, CachedAccess>;
type Organizations = Map<string, Users>;

/** Cached access by tenant, organization and user, bounded in size. Nested maps, so that a look-up builds no key. */
export interface AccessTable {
  find(tenantId: string, organizationId: string, userId: string): CachedAccess | undefined;
  put(tenantId: string, organizationId: string, userId: string, entry: CachedAccess): void;
  dropUser(tenantId: string, organizationId: string, userId: string): void;
  dropOrganization(tenantId: string, organizationId: string): void;
  dropTenant(tenantId: string): void;
  clear(): void;
  size(): number;
}

/** @param maximumEntries When it is exceeded, the oldest organizations are dropped with all their entries. */
export function createAccessTable(maximumEntries: number): AccessTable {
  const tenants = new Map<string, Organizations>();
  let size = 0;

  function dropOrganization(tenantId: string, organizationId: string): void {
    const organizations = tenants.get(tenantId);
    size -= organizations?.get(organizationId)?.size ?? 0;
    organizations?.delete(organizationId);
  }

  function dropTenant(tenantId: string): void {
    for (const users of tenants.get(tenantId)?.values() ?? []) size -= users.size;
    tenants.delete(tenantId);
  }

  function makeRoom(): void {
    for (const [tenantId, organizations] of tenants) {
      for (const organizationId of organizations.keys()) {
        dropOrganization(tenantId, organizationId);
        if (size < maximumEntries) return;
      }
      tenants.delete(tenantId);
    }
  }

  return {
    find: (tenantId, organizationId, userId) =>
      tenants.get(tenantId)?.get(organizationId)?.get(userId),
    put(tenantId, organizationId, userId, entry) {
      if (size >= maximumEntries) makeRoom();
      const organizations = entryOf<Organizations>(tenants, tenantId);
      const users = entryOf<Users>(organizations, organizationId);
      if (!users.has(userId)) size += 1;
      users.set(userId, entry);
    },
    dropUser(tenantId, organizationId, userId) {
      if (tenants.get(tenantId)?.get(organizationId)?.delete(userId)) size -= 1;
    },
    dropOrganization,
    dropTenant,
    clear() {
      tenants.clear();
      size = 0;
    },
    size: () => size,
  };
}

function entryOf<M extends Map<string, unknown>>(map: Map<string, M>, key: string): M {
  const found = map.get(key);
  if (found !== undefined) return found;
  const made = new Map() as M;
  map.set(key, made);
  return made;
}
