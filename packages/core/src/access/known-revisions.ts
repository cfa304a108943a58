import type { Change } from "../events/events.store.ts";
import type { AccessRecord } from "./access.store.ts";
import { reachOf } from "./permission-cache.ts";
import type { LeastRevisions } from "./shared-access.ts";

/** A read in progress. A change of access in its organization that arrives meanwhile spoils it. */
export interface RevisionRead {
  readonly tenantId: string;
  readonly organizationId: string;
  spoiled: boolean;
}

/**
 * The revisions at which this process last read each organization, dropped as soon as it hears of a change of access
 * there. A cached record of at least these revisions therefore includes every change that this process has heard of.
 */
export interface KnownRevisions {
  find(tenantId: string, organizationId: string): LeastRevisions | undefined;
  begin(tenantId: string, organizationId: string): RevisionRead;
  /** Ends a read and remembers its revisions, unless it was spoiled or found nothing. */
  end(read: RevisionRead, record: AccessRecord | undefined): void;
  apply(changes: readonly Change[] | "everything"): void;
}

type Organizations = Map<string, LeastRevisions>;

/** @param maximumOrganizations When it is reached, all are forgotten; each is known again after its next read. */
export function createKnownRevisions(maximumOrganizations: number): KnownRevisions {
  const tenants = new Map<string, Organizations>();
  const reads = new Set<RevisionRead>();
  let size = 0;

  function forgetAll(): void {
    tenants.clear();
    size = 0;
  }

  function applyOne(change: Change): void {
    const reach = reachOf(change);
    if (reach === "nobody") return;
    const { tenant_id, organization_id } = change;
    const organizationId = reach === "tenant" ? null : organization_id;
    const organizations = tenants.get(tenant_id);
    if (organizationId !== null) size -= organizations?.delete(organizationId) ? 1 : 0;
    else {
      size -= organizations?.size ?? 0;
      tenants.delete(tenant_id);
    }
    for (const read of reads) {
      if (read.tenantId !== tenant_id) continue;
      if (organizationId === null || read.organizationId === organizationId) read.spoiled = true;
    }
  }

  return {
    find: (tenantId, organizationId) => tenants.get(tenantId)?.get(organizationId),
    begin(tenantId, organizationId) {
      const read = { tenantId, organizationId, spoiled: false };
      reads.add(read);
      return read;
    },
    end(read, record) {
      reads.delete(read);
      if (read.spoiled || record === undefined) return;
      if (size >= maximumOrganizations) forgetAll();
      const organizations: Organizations = tenants.get(read.tenantId) ?? new Map();
      tenants.set(read.tenantId, organizations);
      const known = organizations.get(read.organizationId);
      if (known === undefined) size += 1;
      organizations.set(read.organizationId, {
        tenant: Math.max(record.tenant_revision, known?.tenant ?? 0),
        organization: Math.max(record.organization_revision, known?.organization ?? 0),
      });
    },
    apply(changes) {
      if (changes !== "everything") return changes.forEach(applyOne);
      forgetAll();
      for (const read of reads) read.spoiled = true;
    },
  };
}
