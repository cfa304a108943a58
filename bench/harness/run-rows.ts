import type { Bench } from "./bench.ts";
import { interleave } from "./interleave.ts";
import type { Progress } from "./progress.ts";
import type { MeasuredRow, Pair, Row } from "./row.ts";

export type FailedRow = { id: string; fault: string };
export type RowsRun = { measured: MeasuredRow[]; failed: FailedRow[] };

export type RunOptions = { rounds: number; isNoise: boolean; progress: Progress };

/** Measures the rows one after another. A row that fails does not stop the others. */
export async function runRows(rows: Row[], bench: Bench, options: RunOptions): Promise<RowsRun> {
  const run: RowsRun = { measured: [], failed: [] };
  for (const row of rows) {
    const { id, compares, unit } = row;
    // With `--noise` the reference is compared with itself, so goals do not apply.
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
