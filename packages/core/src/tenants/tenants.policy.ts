import { DomainError } from "../errors.ts";
import type { Tenant, TenantStatus } from "./tenants.schema.ts";

/**
 * Whether the people of a tenant get in. The one place that says so: log-in, refreshed and open sessions, administrators and every
 * check ask here. The operator is let in everywhere, to make it active again.
 */
export function isTenantOpen(status: TenantStatus): boolean {
  return status === "active";
}

/**
 * Refuses people whose tenant is closed. A deleted one is as if it never was.
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
    "The tenant is suspended, so nobody of it gets in; ask whoever operates this installation",
  );
}

/** The same for a tenant that never was, one that is deleted and one that the caller may not know of. */
export function tenantNotFound(): DomainError {
  return new DomainError("tenant_not_found", "There is no such tenant, or it is not yours");
}
