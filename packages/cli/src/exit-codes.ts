import { DomainError, type ErrorKind } from "@tenantry/core";
import { CommanderError } from "commander";

export const exitCodes = { done: 0, refused: 1, usage: 2 } as const;
export type ExitCode = (typeof exitCodes)[keyof typeof exitCodes];

/** The exit code for each kind of error. Scripts can tell "the command was wrong" from "it could not be done". */
const exitCodeByKind: Record<ErrorKind, ExitCode> = {
  invalid: exitCodes.refused,
  unauthenticated: exitCodes.refused,
  forbidden: exitCodes.refused,
  not_found: exitCodes.refused,
  conflict: exitCodes.refused,
  limit: exitCodes.refused,
  precondition: exitCodes.refused,
  rate_limited: exitCodes.refused,
  unavailable: exitCodes.refused,
  internal: exitCodes.refused,
};

/** The exit code of a failure. */
export function exitCodeOf(error: unknown): ExitCode {
  if (error instanceof CommanderError)
    return error.exitCode === 0 ? exitCodes.done : exitCodes.usage;
  return error instanceof DomainError ? exitCodeByKind[error.kind] : exitCodes.refused;
}
