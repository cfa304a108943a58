import { DomainError } from "@tenantry/core";
import { CommanderError } from "commander";
import { exitCodeOf } from "./exit-codes.ts";
import { createProgram } from "./program.ts";
import { createOutput, endWhenNobodyReads, withoutControls } from "./terminal-output.ts";

/** Runs a command line and returns its exit code. */
export async function runCommandLine(args: readonly string[]): Promise<number> {
  endWhenNobodyReads();
  const program = createProgram();
  try {
    await program.parseAsync(args, { from: "user" });
    return Number(process.exitCode ?? 0);
  } catch (error) {
    process.exitCode = exitCodeOf(error);
    await report(error, args.includes("--json"));
    return process.exitCode;
  }
}

/** Prints a failure as one line that says what to do, followed by the faults of a file, one per line. */
async function report(error: unknown, isJson: boolean): Promise<void> {
  // commander has printed its own message.
  if (error instanceof CommanderError) return;
  const { code, fields } = error instanceof DomainError ? error : { code: "internal", fields: [] };
  const message = error instanceof Error ? error.message : String(error);
  const faults = code === "invalid_import" ? fields : [];
  process.stderr.write(`tenantry: ${oneLine(message)}\n`);
  for (const { pointer, detail } of faults) {
    process.stderr.write(
      `  ${oneLine(pointer === "" ? "the file" : pointer)} ${oneLine(detail)}\n`,
    );
  }
  if (isJson)
    await createOutput(true).answer({ error: { code, message, errors: fields } }, () => "");
}

function oneLine(text: string): string {
  return withoutControls(text.replaceAll(/\s*\n\s*/g, " "));
}
