import { DomainError } from "../errors.ts";

/** The refusal of a write where the tenant's rows may not be written: it is about to live elsewhere, or does already. */
export function tenantMoving(): DomainError {
  return new DomainError(
    "tenant_moving",
    "The tenant is being moved, and cannot be written at this moment; try again in a moment",
  );
}
