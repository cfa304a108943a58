import type { MeasuredRow } from "./row.ts";
import { median } from "./statistics.ts";

/** A row as `--out` writes it. */
export type ResultRow = {
  id: string;
  ours: number;
  reference: number;
  /** The ratio of the medians, ours ÷ reference. */
  ratio: number;
  goal: number | null;
  /** `null` if the row has no goal. */
  met: boolean | null;
};

export function toResultRow(row: MeasuredRow): ResultRow {
  const ours = median(row.ours.map((reading) => reading.value));
  const reference = median(row.reference.map((reading) => reading.value));
  const ratio = ours / reference;
  return {
    id: row.id,
    ours,
    reference,
    ratio,
    goal: row.goal,
    met: row.goal === null ? null : ratio >= row.goal,
  };
}
