import { isDeepStrictEqual } from "node:util";
import { DomainError } from "../errors.ts";
import type { ImportedEntry } from "./import-report.ts";
import { attempt, type ImportRun } from "./import-run.ts";

/** One row of an export to be imported. */
export interface Entry<Row extends object> {
  readonly entry: ImportedEntry;
  /** Its place in the file, as a JSON pointer. */
  readonly place: string;
  readonly isInNewOrganization: boolean;
  /** The row in the file, and the row here if there is one. */
  readonly wanted: Row;
  readonly here: Row | undefined;
  insert(): Promise<void>;
}

/** Fields that change without a mutation, and so do not count as a difference. */
const restless: ReadonlySet<string> = new Set(["last_active_at"]);

/**
 * Writes a row that does not exist here. An equal row is left alone; a different one is a fault, because an import
 * never overwrites rows.
 */
export async function enter<Row extends object>(
  run: ImportRun,
  { entry, place, isInNewOrganization, wanted, here, insert }: Entry<Row>,
): Promise<void> {
  run.place = place;
  await attempt(run, async () => {
    if (here === undefined) await insert();
    else assertSame(here, wanted);
    run.recorder.record(here === undefined ? "created" : "unchanged", entry, isInNewOrganization);
  }, ["limit"]);
}

function assertSame<Row extends object>(here: Row, wanted: Row): void {
  const differing = differingFields(here, wanted);
  if (differing.length === 0) return;
  throw new DomainError(
    "invalid_import",
    `is here already with another ${differing.join(", ")}; bring the export into an empty installation`,
  );
}

export function differingFields<Row extends object>(
  here: Row,
  wanted: Row,
): (keyof Row & string)[] {
  const keys = Object.keys(wanted) as (keyof Row & string)[];
  return keys.filter((key) => !restless.has(key) && !isDeepStrictEqual(here[key], wanted[key]));
}
