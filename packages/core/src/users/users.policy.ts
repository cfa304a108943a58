import { DomainError } from "../errors.ts";
import type { User } from "./users.schema.ts";

/**
 * Refuses a deactivated user, whatever roles they hold. An unknown user passes; that is for the caller to refuse.
 *
 * @throws {DomainError} `user_deactivated`.
 */
export function assertNotDeactivated(status: User["status"] | undefined): void {
  if (status !== "deactivated") return;
  throw new DomainError(
    "user_deactivated",
    "The user is deactivated and may do nothing; ask an administrator of the tenant",
  );
}
