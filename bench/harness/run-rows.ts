import type { Bench } from "./bench.ts";
import { interleave } from "./interleave.ts";
import type { Progress } from "./progress.ts";
import type { MeasuredRow, Pair, Row } from "./row.ts";

export type FailedRow = { id: string; fault: string };
export type RowsRun = { measured: MeasuredRow[]; failed: FailedRow[] };

export type RunOptions = { rounds: number; isNoise: boolean; progress: Progress };

/** Measures the rows one after another. One that cannot be measured does not take the others with it. */
export async function runRows(rows: Row[], bench: Bench, options: RunOptions): Promise<RowsRun> {
  const run: RowsRun = { measured: [], failed: [] };
  for (const row of rows) {
    const { id, compares, unit } = row;
    // What ours shall reach says nothing of a reference beside itself.
    const goal = options.isNoise ? null : row.goal;
    options.progress.row(id);
    try {
      const pair = await openPair(row, bench, options.isNoise);
      const rounds = await interleave(pair, options.rounds, options.progress.round);
      run.measured.push({ id, compares, unit, goal, ...rounds });
    } catch (error) {
      const fault = error instanceof Error ? error.message : String(error);
      run.failed.push({ id, fault });
    }
  }
  return run;
}

async function openPair(row: Row, bench: Bench, isNoise: boolean): Promise<Pair> {
  const reference = await row.openReference(bench);
  return { reference, ours: isNoise ? reference : await row.openOurs(bench) };
}
