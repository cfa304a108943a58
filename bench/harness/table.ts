import { toResultRow } from "./result.ts";
import type { MeasuredRow, Reading } from "./row.ts";
import { median, spreadOf } from "./statistics.ts";

const titles = ["row", "ours", "min–max", "reference", "min–max", "unit", "ratio", "goal", ""];
/** The columns with text. All others have numbers and are right-aligned. */
const wordColumns = new Set([0, 5, 8]);

/** Renders a run: one line of numbers per row, and below the table what each row compares. */
export function renderTable(rows: MeasuredRow[]): string {
  const lines = [titles, ...rows.map(toCells)];
  const widths = titles.map((_, column) => Math.max(...lines.map((cells) => width(cells, column))));
  const table = lines.map((cells) => joinCells(cells, widths));
  table.splice(1, 0, widths.map((columnWidth) => "─".repeat(columnWidth)).join("  "));
  const sentences = rows.map((row) => `${row.id}: ${row.compares}${describeBusy(row)}`);
  return [...table, "", ...sentences, ""].join("\n");
}

function toCells(row: MeasuredRow): string[] {
  const result = toResultRow(row);
  const ours = spreadOf(row.ours.map((reading) => reading.value));
  const reference = spreadOf(row.reference.map((reading) => reading.value));
  return [
    row.id,
    formatNumber(ours.median),
    `${formatNumber(ours.min)}–${formatNumber(ours.max)}`,
    formatNumber(reference.median),
    `${formatNumber(reference.min)}–${formatNumber(reference.max)}`,
    row.unit,
    result.ratio.toFixed(2),
    result.goal === null ? "" : `≥ ${result.goal}`,
    result.met === null ? "" : result.met ? "met" : "MISSED",
  ];
}

/**
 * How busy the servers were. If a server was not busy, it did not limit the rate, and the ratio describes the load instead of
 * the servers. The processor time per answer describes the servers in any case.
 */
function describeBusy(row: MeasuredRow): string {
  if (![...row.ours, ...row.reference].some(({ busy }) => busy !== undefined)) return "";
  const [ours, reference] = [describeShare(row.ours), describeShare(row.reference)];
  return ` (of a core in use: ours ${ours}, reference ${reference})`;
}

function describeShare(readings: Reading[]): string {
  const measured = readings.flatMap(({ value, busy }) =>
    busy === undefined ? [] : [{ value, busy }],
  );
  if (measured.length === 0) return "–";
  const percent = median(measured.map(({ busy }) => busy * 100));
  const microseconds = median(measured.map(({ value, busy }) => (busy * 1e6) / value));
  return `${Math.round(percent)} %, ${formatNumber(microseconds)} µs an answer`;
}

/** Three significant digits: more would be noise, and fewer could hide a tenth. */
export function formatNumber(value: number): string {
  if (Math.abs(value) >= 100) return Math.round(value).toLocaleString("en-US");
  return value.toPrecision(3);
}

function width(cells: string[], column: number): number {
  return cells[column]?.length ?? 0;
}

function joinCells(cells: string[], widths: number[]): string {
  return widths
    .map((columnWidth, column) => {
      const cell = cells[column] ?? "";
      return wordColumns.has(column) ? cell.padEnd(columnWidth) : cell.padStart(columnWidth);
    })
    .join("  ")
    .trimEnd();
}
