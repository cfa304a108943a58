import type { Bench } from "./bench.ts";

/** One measurement of one side. `busy` is the share of a core that the measured process used. */
export type Reading = { value: number; busy?: number };

/** Measures one side once. The turn number lets a side use new inputs each time. */
export type Side = (turn: number) => Promise<Reading> | Reading;

/** The two sides of a row, ready to be measured. */
export type Pair = { ours: Side; reference: Side };

/** The description of a row, known before it is measured. */
export type RowHead = {
  id: string;
  /** One sentence: what is compared with what. */
  compares: string;
  unit: string;
  /** The smallest acceptable ratio, ours ÷ reference; `null` for a row without a goal. */
  goal: number | null;
};

/** A row of the table. Resources that several rows need are opened once with `bench.share`. */
export type Row = RowHead & {
  /** Set if preparing takes many minutes: the row is measured only when `--only` names it. */
  isLong?: true;
  openOurs(bench: Bench): Promise<Side>;
  openReference(bench: Bench): Promise<Side>;
};

/** The measurements of a row: every round of both sides. */
export type MeasuredRow = RowHead & { ours: Reading[]; reference: Reading[] };
