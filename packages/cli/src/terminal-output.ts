import { once } from "node:events";
import { exitCodes } from "./exit-codes.ts";

/** Where a command writes: its answer to one stream, everything said beside it to the other. */
export interface Output {
  /** Whether the answer is one JSON document. */
  readonly isJson: boolean;
  /** The answer: the document where JSON is wanted, else the text. */
  answer(document: unknown, text: () => string): Promise<void>;
  /** A piece of an answer that is written as it comes. */
  write(text: string): Promise<void>;
  /** A remark for whoever looks on. */
  remark(line: string): void;
}

export function createOutput(isJson: boolean): Output {
  const output: Output = {
    isJson,
    async answer(document, text) {
      const shown = isJson ? JSON.stringify(document, null, 2) : text();
      if (shown !== "") await output.write(shown.endsWith("\n") ? shown : `${shown}\n`);
    },
    async write(text) {
      if (!process.stdout.write(text)) await once(process.stdout, "drain");
    },
    remark: (line) => process.stderr.write(`${line}\n`),
  };
  return output;
}

/**
 * Whoever reads may stop, as `head` does: there is nobody left to tell, and nothing went wrong by that. What it ends with, each command has
 * decided before it answers. An answer that cannot be written for another reason, as to a disk that is full, is a failure.
 */
export function endWhenNobodyReads(): void {
  process.stdout.on("error", (error: NodeJS.ErrnoException) => {
    if (error.code === "EPIPE") process.exit();
    process.stderr.write(
      `tenantry: The answer cannot be written (${error.code}); send it elsewhere\n`,
    );
    process.exit(exitCodes.refused);
  });
  // What is remarked beside the answer changes nothing of it.
  process.stderr.on("error", () => {});
}

/** Rows in columns, under a heading; figures are set to the right. */
export function formatTable(
  heading: readonly string[],
  rows: readonly (readonly unknown[])[],
): string {
  const cells = rows.map((row) => row.map(formatCell));
  const widths = heading.map((title, column) =>
    Math.max(title.length, ...cells.map((row) => row[column]?.length ?? 0)),
  );
  const isFigure = heading.map((_, column) => rows.some((row) => typeof row[column] === "number"));
  const line = (row: readonly string[]) =>
    row
      .map((cell, column) => {
        const width = widths[column] ?? 0;
        return isFigure[column] ? cell.padStart(width) : cell.padEnd(width);
      })
      .join("  ")
      .trimEnd();
  return [line(heading), ...cells.map(line)].join("\n");
}

function formatCell(value: unknown): string {
  if (value === null || value === undefined) return "-";
  if (typeof value === "number") return formatNumber(value);
  return withoutControls(Array.isArray(value) ? value.join(", ") : String(value));
}

/** Pairs, one a line. */
export function formatFields(fields: Readonly<Record<string, unknown>>): string {
  const width = Math.max(...Object.keys(fields).map((name) => name.length));
  return Object.entries(fields)
    .map(([name, value]) => `${name.padEnd(width)}  ${formatField(value)}`)
    .join("\n");
}

/** Figures as they are: among fields there are ports and years, which nobody groups. */
function formatField(value: unknown): string {
  if (typeof value === "number") return String(value);
  if (typeof value !== "object" || value === null || Array.isArray(value)) return formatCell(value);
  return withoutControls(JSON.stringify(value));
}

export function formatNumber(value: number): string {
  return value.toLocaleString("en-US");
}

/** Text that people wrote must not move the cursor or colour the terminal of those who read it. */
export function withoutControls(text: string): string {
  return text.replace(/[\p{Cc}\u202a-\u202e\u2066-\u2069]/gu, "�");
}
