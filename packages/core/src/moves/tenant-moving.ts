import { DomainError } from "../errors.ts";

/** The error for a write at a place where the tenant must not be written: it is moving away, or has moved. */
export function tenantMoving(): DomainError {
  return new DomainError(
    "tenant_moving",
    "The tenant is being moved, and cannot be written at this moment; try again in a moment",
  );
}
