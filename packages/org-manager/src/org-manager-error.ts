import { DomainError, type ErrorCode } from "@tenantry/core";

/** Thrown where the Python module raises a `ValueError`: with the same message, and a code for programs. */
export class OrgManagerError extends Error {
  readonly code: ErrorCode;

  constructor(code: ErrorCode, message: string, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.name = "OrgManagerError";
    this.code = code;
  }
}

/** Converts a {@link DomainError} to an {@link OrgManagerError}. Any other error is returned unchanged. */
export function toOrgManagerError(error: unknown): unknown {
  if (!(error instanceof DomainError)) return error;
  return new OrgManagerError(error.code, error.message, error);
}
