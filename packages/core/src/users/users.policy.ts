import { DomainError } from "../errors.ts";
import type { User } from "./users.schema.ts";

/**
 * Refuses somebody who is deactivated, whatever they hold. That there is no such user is not this rule's to say.
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
