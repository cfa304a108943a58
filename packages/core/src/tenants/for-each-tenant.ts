import { type DomainError, isDomainError } from "../errors.ts";
import type { TenantRecord } from "./tenants.store.ts";

/** A tenant whose own database could not be used, and why. */
export interface UnreachableTenant {
  readonly tenant_id: string;
  readonly slug: string;
  readonly error: DomainError;
}

/**
 * Runs work for one tenant after another. Tenants whose own database cannot be used are skipped and returned. Any
 * other failure stops it, including one of the main database, where the next tenant would fail too.
 */
export async function forEachTenant(
  tenants: readonly TenantRecord[],
  work: (tenantId: string) => Promise<void>,
): Promise<readonly UnreachableTenant[]> {
  const unreachable: UnreachableTenant[] = [];
  for (const { id, slug, placement } of tenants) {
    try {
      await work(id);
    } catch (error) {
      const isAlone = placement === "dedicated";
      if (!isAlone || !isDomainError(error) || error.kind !== "unavailable") throw error;
      unreachable.push({ tenant_id: id, slug, error });
    }
  }
  return unreachable;
}
