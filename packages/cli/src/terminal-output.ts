import { once } from "node:events";
import { exitCodes } from "./exit-codes.ts";

/** A command's output: its answer goes to one stream, remarks to the other. */
export interface Output {
  /** Whether the answer is one JSON document. */
  readonly isJson: boolean;
  /** Writes the answer: the document if JSON was requested, otherwise the text. */
  answer(document: unknown, text: () => string): Promise<void>;
  /** Writes a piece of a long answer. */
  write(text: string): Promise<void>;
  /** Writes a remark to standard error. */
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
 * Ends the program quietly when its reader stops reading, as `head` does. That is no failure, and each command has
 * set its exit code before it answers. Any other write error, such as a full disk, is a failure.
 */
export function endWhenNobodyReads(): void {
  process.stdout.on("error", (error: NodeJS.ErrnoException) => {
    if (error.code === "EPIPE") process.exit();
    process.stderr.write(
      `tenantry: The answer cannot be written (${error.code}); send it elsewhere\n`,
    );
    process.exit(exitCodes.refused);
  });
  // A remark that cannot be written does not affect the answer.
  process.stderr.on("error", () => {});
}

/** Formats rows in columns under a heading; numbers are aligned to the right. */
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

/** Formats fields, one per line. */
export function formatFields(fields: Readonly<Record<string, unknown>>): string {
  const width = Math.max(...Object.keys(fields).map((name) => name.length));
  return Object.entries(fields)
    .map(([name, value]) => `${name.padEnd(width)}  ${formatField(value)}`)
    .join("\n");
}

/** Numbers are not grouped here, because they may be ports or years. */
function formatField(value: unknown): string {
  if (typeof value === "number") return String(value);
  if (typeof value !== "object" || value === null || Array.isArray(value)) return formatCell(value);
  return withoutControls(JSON.stringify(value));
}

export function formatNumber(value: number): string {
  return value.toLocaleString("en-US");
}

/** Replaces control characters: text that users wrote must not control the reader's terminal. */
export function withoutControls(text: string): string {
  return text.replace(/[\p{Cc}\u202a-\u202e\u2066-\u2069]/gu, "�");
}
