import { type Command, Option } from "commander";

export function addImportCommands(program: Command): void {
  program
    .command("import")
    .description("import a file: organizations of GitHub, or an export of Tenantry")
    .argument("<file>", "the JSON file; - for standard input")
    .option("--dry-run", "say what would change, and change nothing")
    .option("--prune", "remove from the organizations whatever is not in the file")
    .action(async (file: string, _, command: Command) => {
      const { runImport } = await import("./import.command.ts");
      await runImport(file, command.optsWithGlobals());
    });
  program
    .command("export")
    .description("write everything of the tenant as one JSON file, as of one moment")
    .addOption(
      new Option("--format <format>", "Tenantry's own, or organizations of GitHub")
        .choices(["tenantry", "github-organizations"])
        .default("tenantry"),
    )
    .option("--out <file>", "the file to write (default: standard output)")
    .option("--events <file>", "also write the events to this file, one per line, for an audit")
    .option("--force", "replace existing files")
    .action(async (_, command: Command) => {
      const { runExport } = await import("./export.command.ts");
      await runExport(command.optsWithGlobals());
    });
}
