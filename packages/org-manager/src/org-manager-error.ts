import { DomainError, type ErrorCode } from "@tenantry/core";

/** What a call throws where the Python module raised a `ValueError`: the same message, and a code to tell errors apart by. */
export class OrgManagerError extends Error {
  readonly code: ErrorCode;

  constructor(code: ErrorCode, message: string, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.name = "OrgManagerError";
    this.code = code;
  }
}

/** The error as a caller of the fourteen calls gets it; what is not one of ours stays as it is. */
export function toOrgManagerError(error: unknown): unknown {
  if (!(error instanceof DomainError)) return error;
  return new OrgManagerError(error.code, error.message, error);
}
