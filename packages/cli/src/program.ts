import { Command } from "commander";
import manifest from "../package.json" with { type: "json" };
import { addCheckCommands } from "./access/add-check-commands.ts";
import { addAuditCommands } from "./audit/add-audit-commands.ts";
import { addImportCommands } from "./imports/add-import-commands.ts";
import { addMemberCommands } from "./members/add-member-commands.ts";
import { addOrgCommands } from "./organizations/add-org-commands.ts";
import { addServerCommands } from "./server/add-server-commands.ts";
import { addStorageCommands } from "./storage/add-storage-commands.ts";
import { addTenantCommands } from "./tenants/add-tenant-commands.ts";

/** The whole command line. A command's code is loaded when it runs, so that the others cost nothing. */
export function createProgram(): Command {
  const program = new Command("tenantry")
    .description("Organizations, their people, roles and teams: the command line of Tenantry.")
    .version(manifest.version, "-V, --version", "print the version")
    .option("--json", "answer with one JSON document")
    .option("--tenant <id or slug>", "the tenant to work in (default: default)")
    .option("--data-dir <directory>", "where data lives (TENANTRY_DATA_DIR, ./data)")
    .option("--database-url <url>", "sqlite:PATH, postgres://… or json:DIRECTORY (DATABASE_URL)")
    .configureHelp({ showGlobalOptions: true })
    .configureOutput({ outputError: (text, write) => write(usageError(text)) })
    .exitOverride()
    .addHelpText("after", exitHelp);
  addServerCommands(program);
  addImportCommands(program);
  addStorageCommands(program);
  addTenantCommands(program);
  addOrgCommands(program);
  addMemberCommands(program);
  addCheckCommands(program);
  addAuditCommands(program);
  return program;
}

const exitHelp =
  "\nIt ends with 0 when it was done, 1 when it was refused or failed, 2 when the command was written wrong.";

function usageError(text: string): string {
  const message = text
    .replace(/^error: /, "")
    .replaceAll(/\s*\n\s*/g, " ")
    .trim()
    .replace(/\.$/, "");
  return `tenantry: ${message}. See tenantry --help\n`;
}
