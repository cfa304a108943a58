import { DomainError } from "../errors.ts";
import type { Tenant, TenantStatus } from "./tenants.schema.ts";

/**
 * Whether users of a tenant are let in. The only place that decides it, for log-in, refresh, open sessions,
 * administrators and every check. The operator is always let in, to be able to reactivate the tenant.
 */
export function isTenantOpen(status: TenantStatus): boolean {
  return status === "active";
}

/**
 * Refuses users whose tenant is not active. A deleted tenant looks as if it had never existed.
 *
 * @throws {DomainError} `tenant_suspended`, `tenant_not_found`.
 */
export function assertTenantOpen(
  tenant: Pick<Tenant, "status"> | undefined,
): asserts tenant is Pick<Tenant, "status"> {
  if (tenant === undefined || tenant.status === "deleted") throw tenantNotFound();
  if (!isTenantOpen(tenant.status)) throw tenantSuspended();
}

export function tenantSuspended(): DomainError {
  return new DomainError(
    "tenant_suspended",
    "The tenant is suspended, so its users have no access; ask the operator of this installation",
  );
}

/** One error for a tenant that never existed, one that is deleted, and one that the caller may not know of. */
export function tenantNotFound(): DomainError {
  return new DomainError("tenant_not_found", "There is no such tenant, or it is not yours");
}
