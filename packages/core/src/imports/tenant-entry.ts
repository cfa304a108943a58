import { isDeepStrictEqual } from "node:util";
import { DomainError } from "../errors.ts";
import type { ImportedEntry } from "./import-report.ts";
import { attempt, type ImportRun } from "./import-run.ts";

/** One row of an export on its way in. */
export interface Entry<Row extends object> {
  readonly entry: ImportedEntry;
  /** Where it stands in the file, as a JSON pointer. */
  readonly place: string;
  readonly isInNewOrganization: boolean;
  /** The row as the file has it, and as it is here, if it is. */
  readonly wanted: Row;
  readonly here: Row | undefined;
  insert(): Promise<void>;
}

/** What goes on changing without a change: it does not tell two rows apart. */
const restless: ReadonlySet<string> = new Set(["last_active_at"]);

/**
 * Enters a row, unless it is here as it is in the file. One that is here otherwise is a fault: an export is brought in where its rows are
 * not, and never over them.
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
