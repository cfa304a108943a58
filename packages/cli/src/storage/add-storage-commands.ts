import type { Command } from "commander";

export function addStorageCommands(program: Command): void {
  program
    .command("backup")
    .description("back up everything, while programs keep using it")
    .argument(
      "<place>",
      "the file to make; a directory for a JSON directory, and where tenants have databases of their own",
    )
    .option("--force", "replace an existing backup")
    .action(async (place: string, _, command: Command) => {
      const { runBackup } = await import("./backup.command.ts");
      await runBackup(place, command.optsWithGlobals());
    });
  program
    .command("restore")
    .description("restore a backup in place of the database; no program may have it open")
    .argument("<place>", "what tenantry backup made")
    .option("--force", "even if there is a database, which is kept under another name")
    .action(async (place: string, _, command: Command) => {
      const { runRestore } = await import("./restore.command.ts");
      await runRestore(place, command.optsWithGlobals());
    });
  program
    .command("migrate")
    .description("migrate the database to the newest schema, as every start does")
    .action(async (_, command: Command) => {
      const { runMigrate } = await import("./migrate.command.ts");
      await runMigrate(command.optsWithGlobals());
    });
  program
    .command("migrate-storage")
    .description(
      "copy everything into another storage, an empty one; no program may use the source",
    )
    .option("--from <url>", "the source (default: the database of the settings)")
    .requiredOption(
      "--to <url>",
      "an empty place: sqlite:PATH, json:DIRECTORY, postgres://USER:PASSWORD@HOST/DATABASE",
    )
    .action(async (_, command: Command) => {
      const { runMigrateStorage } = await import("./migrate-storage.command.ts");
      await runMigrateStorage(command.optsWithGlobals());
    });
  program
    .command("doctor")
    .description("check that everything is in order, and change nothing")
    .action(async (_, command: Command) => {
      const { runDoctor } = await import("./doctor.command.ts");
      await runDoctor(command.optsWithGlobals());
    });
  program
    .command("config")
    .description("print the settings in effect; of secrets only the names")
    .action(async (_, command: Command) => {
      const { runConfig } = await import("./config.command.ts");
      await runConfig(command.optsWithGlobals());
    });
}
