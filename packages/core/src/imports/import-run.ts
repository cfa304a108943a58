import { DomainError, type ErrorKind, type FieldFault, isDomainError } from "../errors.ts";
import type { LockedOrganization, Mutation } from "../mutation.ts";
import { defaultRole } from "../roles/default-roles.ts";
import type { RoleGrant } from "../roles/held-roles.ts";
import type { ImportRecorder } from "./import-report.ts";

/** The state of a running import. */
export interface ImportRun {
  readonly mutation: Mutation;
  readonly recorder: ImportRecorder;
  /** Whether entries that are not in the file are removed. */
  readonly isPruning: boolean;
  /** The current place in the file, as a JSON pointer. A refusal is reported as a fault at this place. */
  place: string;
  readonly faults: FieldFault[];
  /** The roles given to members who are not owners. */
  readonly memberGrants: readonly RoleGrant[];
}

/** An organization of the file with its record here. */
export interface ImportedOrganization<Raw> {
  readonly raw: Raw;
  readonly pointer: string;
  readonly locked: LockedOrganization;
  readonly isNew: boolean;
}

export const memberRole = defaultRole;

/**
 * Runs one part of an import. A refusal becomes a fault at its place and the import continues, so that one run finds
 * every fault; the transaction is rolled back at the end.
 *
 * @param passOn Kinds of refusal that concern all parts, such as the seat limit; they are passed to the caller, which
 * reports them once.
 * @returns Whether nothing was refused.
 */
export async function attempt(
  run: ImportRun,
  work: () => Promise<void>,
  passOn: readonly ErrorKind[] = [],
): Promise<boolean> {
  const before = run.faults.length;
  try {
    await work();
  } catch (error) {
    const fatal: readonly ErrorKind[] = ["unavailable", "internal", ...passOn];
    if (!isDomainError(error) || fatal.includes(error.kind)) throw error;
    run.faults.push({ pointer: run.place, detail: error.message });
  }
  return run.faults.length === before;
}

/** @throws {DomainError} `invalid_import` with all faults, if there are any. */
export function assertNoFaults(faults: readonly FieldFault[]): void {
  if (faults.length === 0) return;
  const faulty = faults.length === 1 ? "a fault" : `${faults.length} faults`;
  throw new DomainError(
    "invalid_import",
    `The file has ${faulty}, and nothing was changed; correct what is named and import it again`,
    { fields: faults },
  );
}
