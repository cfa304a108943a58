import { Command } from "commander";
import manifest from "../package.json" with { type: "json" };

/** The whole command line. What a command does is loaded when it runs, so that the others cost nothing. */
export function createProgram(): Command {
  const program = new Command("tenantry")
    .description("Organizations, their people, roles and teams: the command line of Tenantry.")
    .version(manifest.version, "-V, --version", "print the version")
    .option("--json", "answer with one JSON document")
    .option("--tenant <id or slug>", "the tenant to work in (default: default)")
    .option("--data-dir <directory>", "where data lives (TENANTRY_DATA_DIR, ./data)")
    .option("--database-url <url>", "sqlite:PATH or json:DIRECTORY (DATABASE_URL)")
    .configureHelp({ showGlobalOptions: true })
    .configureOutput({ outputError: (text, write) => write(usageError(text)) })
    .exitOverride();
  program
    .command("import")
    .description("bring in a file: organizations of GitHub, or an export of Tenantry")
    .argument("<file>", "the JSON file; - for standard input")
    .option("--dry-run", "say what would change, and change nothing")
    .option("--prune", "remove from the organizations who and what is not in the file")
    .action(async (file: string, _, command: Command) => {
      const { runImport } = await import("./imports/import.command.ts");
      await runImport(file, command.optsWithGlobals());
    });
  return program;
}

function usageError(text: string): string {
  const message = text
    .replace(/^error: /, "")
    .replaceAll(/\s*\n\s*/g, " ")
    .trim();
  return `tenantry: ${message}. See tenantry --help\n`;
}
