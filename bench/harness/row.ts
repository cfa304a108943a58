import type { Bench } from "./bench.ts";

/** One measurement of one side. `busy` is the share of a core that the measured process used. */
export type Reading = { value: number; busy?: number };

/** Measures one side once. The turn lets a side ask new questions each time. */
export type Side = (turn: number) => Promise<Reading> | Reading;

/** The two sides of a row, ready to be measured. */
export type Pair = { ours: Side; reference: Side };

/** What is said of a row before anything is measured. */
export type RowHead = {
  id: string;
  /** One sentence: what is compared with what. */
  compares: string;
  unit: string;
  /** The least ratio, ours ÷ reference; `null` for a row that only informs. */
  goal: number | null;
};

/** A row of the table. What several rows need is opened once, by `bench.share`. */
export type Row = RowHead & {
  /** Takes many minutes to prepare: it is only measured where `--only` names it. */
  isLong?: true;
  openOurs(bench: Bench): Promise<Side>;
  openReference(bench: Bench): Promise<Side>;
};

/** A row as it was measured: every round of both sides. */
export type MeasuredRow = RowHead & { ours: Reading[]; reference: Reading[] };
