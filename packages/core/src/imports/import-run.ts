import { DomainError, type ErrorKind, type FieldFault, isDomainError } from "../errors.ts";
import type { LockedOrganization, Mutation } from "../mutation.ts";
import { defaultRole } from "../roles/default-roles.ts";
import type { RoleGrant } from "../roles/held-roles.ts";
import type { ImportRecorder } from "./import-report.ts";

/** An import at work. */
export interface ImportRun {
  readonly mutation: Mutation;
  readonly recorder: ImportRecorder;
  /** Whether what is not in the file goes. */
  readonly isPruning: boolean;
  /** Where in the file the work is, as a JSON pointer: the place of a fault that a door finds. */
  place: string;
  readonly faults: FieldFault[];
  /** The role that members of a list have who are no owners. */
  readonly memberGrants: readonly RoleGrant[];
}

/** An organization of the file and the one here that it became. */
export interface ImportedOrganization<Raw> {
  readonly raw: Raw;
  readonly pointer: string;
  readonly locked: LockedOrganization;
  readonly isNew: boolean;
}

export const memberRole = defaultRole;

/**
 * Runs one part of an import. What a door refuses becomes a fault at its place, and the next part is tried, so that one run finds
 * every fault; the transaction is taken back in the end.
 *
 * @param passOn Kinds of refusal that the parts around this one share: a seat limit is said once and not for everybody.
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

/** @throws {DomainError} `invalid_import` where there is any fault, with all of them. */
export function assertNoFaults(faults: readonly FieldFault[]): void {
  if (faults.length === 0) return;
  const faulty = faults.length === 1 ? "a fault" : `${faults.length} faults`;
  throw new DomainError(
    "invalid_import",
    `The file has ${faulty}, and nothing was changed; correct what is named and import it again`,
    { fields: faults },
  );
}
