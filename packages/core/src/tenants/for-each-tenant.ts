import { type DomainError, isDomainError } from "../errors.ts";
import type { TenantRecord } from "./tenants.store.ts";

/** A tenant whose own database could not be used, and why. */
export interface UnreachableTenant {
  readonly tenant_id: string;
  readonly slug: string;
  readonly error: DomainError;
}

/**
 * Does something for one tenant after another. One whose own database cannot be used keeps nobody else's work from being done: it comes back at the end.
 * Any other failure ends it, that of the main database too, where the next tenant would fare no better.
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
