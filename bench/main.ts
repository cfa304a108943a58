import { writeFileSync } from "node:fs";
import { type BenchArguments, parseBenchArguments, usage } from "./harness/arguments.ts";
import { openBench } from "./harness/bench.ts";
import { startProgress } from "./harness/progress.ts";
import { toResultRow } from "./harness/result.ts";
import type { Row } from "./harness/row.ts";
import { type RowsRun, runRows } from "./harness/run-rows.ts";
import { renderTable } from "./harness/table.ts";
import { allRows } from "./rows/all-rows.ts";

const exitOfFault = 1;
const exitOfUsage = 2;

process.exitCode = await main(process.argv.slice(2));

/** A missed goal is a result and not an error: the exit code only says whether every row was measured. */
async function main(args: string[]): Promise<number> {
  const options = readArguments(args);
  if (options === undefined) return exitOfUsage;
  if (options.isHelp) {
    process.stdout.write(usage);
    return 0;
  }
  const rows = allRows.filter((row) => isWanted(row, options.only));
  if (rows.length === 0) {
    const ids = allRows.map(({ id }) => id).join(", ");
    process.stderr.write(
      `bench: no row begins with ${options.only.join(" or ")}; there are ${ids}\n`,
    );
    return exitOfUsage;
  }
  const run = await measure(rows, options);
  report(run, options.out);
  return run.failed.length === 0 ? 0 : exitOfFault;
}

function readArguments(args: string[]): BenchArguments | undefined {
  try {
    return parseBenchArguments(args);
  } catch (error) {
    process.stderr.write(`bench: ${error instanceof Error ? error.message : error}\n`);
    return undefined;
  }
}

function isWanted({ id, isLong }: Row, only: string[]): boolean {
  return only.length === 0 ? !isLong : only.some((prefix) => id.startsWith(prefix));
}

async function measure(rows: typeof allRows, options: BenchArguments): Promise<RowsRun> {
  const bench = openBench(options);
  const progress = startProgress(rows.length, options.rounds);
  try {
    return await runRows(rows, bench, { ...options, progress });
  } finally {
    progress.stop();
    await bench.close();
  }
}

function report({ measured, failed }: RowsRun, out: string | undefined): void {
  if (measured.length > 0) process.stdout.write(renderTable(measured));
  for (const { id, fault } of failed) process.stderr.write(`bench: ${id}: ${fault}\n`);
  if (out === undefined) return;
  const text = JSON.stringify({ rows: measured.map(toResultRow) }, null, 2);
  writeFileSync(out, `${text}\n`);
}
