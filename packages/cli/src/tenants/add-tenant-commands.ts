import type { TenantStatus } from "@tenantry/core";
import { type Command, Option } from "commander";
import { cursorOption, limitOption } from "../page-options.ts";

const load = () => import("./tenant.command.ts");
const anyTenant = "id or slug";

export function addTenantCommands(program: Command): void {
  const tenant = program
    .command("tenant")
    .description("tenants, each with its own users, roles and plans");
  addReading(tenant);
  addWriting(tenant);
  addMoving(tenant);
  addMigration(tenant);
  addStatus(tenant, "suspend", "suspended", "let nobody of a tenant in until it is activated");
  addStatus(tenant, "activate", "active", "let the people of a suspended tenant in again");
  tenant
    .command("delete")
    .description("delete a tenant so that it can be restored")
    .argument("<tenant>", anyTenant)
    .action(async (id: string, _, command: Command) =>
      (await load()).runTenantDelete(id, command.optsWithGlobals()),
    );
  tenant
    .command("restore")
    .description("restore a deleted tenant with everything in it")
    .argument("<tenant>", anyTenant)
    .action(async (id: string, _, command: Command) =>
      (await load()).runTenantRestore(id, command.optsWithGlobals()),
    );
  tenant
    .command("purge")
    .description("remove a deleted tenant for good; if interrupted, run it again")
    .argument("<tenant>", anyTenant)
    .option("--keep-database", "leave its own database as it is, even if it cannot be reached")
    .action(async (id: string, _, command: Command) =>
      (await load()).runTenantPurge(id, command.optsWithGlobals()),
    );
}

function addMoving(tenant: Command): void {
  tenant
    .command("move")
    .description(
      "move a tenant to another database while it is in use; if interrupted, run it again",
    )
    .argument("<tenant>", anyTenant)
    .addOption(
      new Option(
        "--to <place>",
        "the main database, one of its own, or one on the server of this name",
      ).conflicts("undo"),
    )
    .option("--undo", "undo an interrupted move")
    .action(async (id: string, _, command: Command) => {
      const { runTenantMove } = await import("./tenant-move.command.ts");
      await runTenantMove(id, command.optsWithGlobals());
    });
}

function addMigration(tenant: Command): void {
  tenant
    .command("migrate")
    .description(
      "bring the databases of single tenants to the newest schema, as tenantry migrate does",
    )
    .action(async (_, command: Command) => {
      const { runMigrate } = await import("../storage/migrate.command.ts");
      await runMigrate(command.optsWithGlobals());
    });
}

function addReading(tenant: Command): void {
  tenant
    .command("list")
    .description("list tenants; deleted ones with --status deleted")
    .option("--query <text>", "part of the name or slug")
    .addOption(
      new Option("--status <status>", "those of this status").choices([
        "active",
        "suspended",
        "deleted",
      ]),
    )
    .addOption(limitOption())
    .addOption(cursorOption())
    .action(async (_, command: Command) => (await load()).runTenantList(command.optsWithGlobals()));
  tenant
    .command("show")
    .description("show a tenant, deleted ones too")
    .argument("<tenant>", anyTenant)
    .action(async (id: string, _, command: Command) =>
      (await load()).runTenantShow(id, command.optsWithGlobals()),
    );
}

function addWriting(tenant: Command): void {
  tenant
    .command("create")
    .description("create a tenant with the default roles and plans")
    .argument("<name>", "its name")
    .option("--slug <slug>", "its name in URLs and in --tenant (default: made from the name)")
    .addOption(
      new Option("--placement <placement>", "where it lives (default: shared)").choices([
        "shared",
        "dedicated",
      ]),
    )
    .option("--administrator <address>", "the e-mail address of its first administrator")
    .option("--administrator-name <name>", "the administrator's name")
    .option("--password-stdin", "read the administrator's password from standard input")
    .action(async (name: string, _, command: Command) =>
      (await load()).runTenantCreate(name, command.optsWithGlobals()),
    );
  tenant
    .command("update")
    .description("change a tenant; other fields keep their value")
    .argument("<tenant>", anyTenant)
    .option("--name <name>", "its name")
    .option("--slug <slug>", "its name in URLs and in --tenant")
    .action(async (id: string, _, command: Command) =>
      (await load()).runTenantUpdate(id, command.optsWithGlobals()),
    );
}

function addStatus(tenant: Command, name: string, status: TenantStatus, description: string): void {
  tenant
    .command(name)
    .description(description)
    .argument("<tenant>", anyTenant)
    .action(async (id: string, _, command: Command) =>
      (await load()).runTenantSetStatus(id, status, command.optsWithGlobals()),
    );
}
