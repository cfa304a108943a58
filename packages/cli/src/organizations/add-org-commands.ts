import type { OrganizationStatus } from "@tenantry/core";
import { Argument, type Command, Option } from "commander";
import { cursorOption, limitOption } from "../page-options.ts";

const load = () => import("./org.command.ts");
const statuses = ["active", "suspended", "deleted"];

export function addOrgCommands(program: Command): void {
  const org = program.command("org").description("organizations");
  addReading(org);
  addWriting(org);
  addAdministering(org);
}

function addReading(org: Command): void {
  org
    .command("list")
    .description("list organizations; deleted ones with --status deleted")
    .option("--query <text>", "part of the name or slug")
    .option("--plan <plan>", "those on this plan")
    .addOption(new Option("--status <status>", "those of this status").choices(statuses))
    .addOption(limitOption())
    .addOption(cursorOption())
    .action(async (_, command: Command) => (await load()).runOrgList(command.optsWithGlobals()));
  org
    .command("get")
    .description("show an organization with its statistics")
    .argument("<org>", "id or slug")
    .action(async (id: string, _, command: Command) =>
      (await load()).runOrgGet(id, command.optsWithGlobals()),
    );
}

/** The options that creating and updating share. */
function addFields(command: Command): Command {
  return command
    .option("--slug <slug>", "its name in URLs")
    .option("--plan <plan>", "its plan")
    .option("--domain <domain>", 'its domain; "" clears')
    .option("--billing-email <address>", 'where bills go; "" clears')
    .option("--external-id <id>", 'the application\'s own id for it; "" clears')
    .option("--metadata <json>", "an object of the application's own");
}

function addWriting(org: Command): void {
  addFields(org.command("create"))
    .description("create an organization")
    .argument("<name>", "its name")
    .option("--owner <user>", "who becomes its owner: id, username or e-mail address")
    .action(async (name: string, _, command: Command) =>
      (await load()).runOrgCreate(name, command.optsWithGlobals()),
    );
  addFields(org.command("update"))
    .description("change an organization; other fields keep their value")
    .argument("<org>", "id or slug")
    .option("--name <name>", "its name")
    .action(async (id: string, _, command: Command) =>
      (await load()).runOrgUpdate(id, command.optsWithGlobals()),
    );
  org
    .command("delete")
    .description("delete an organization so that it can be restored")
    .argument("<org>", "id or slug")
    .action(async (id: string, _, command: Command) =>
      (await load()).runOrgDelete(id, command.optsWithGlobals()),
    );
  org
    .command("restore")
    .description("restore a deleted organization")
    .argument("<org>", "id or slug")
    .option("--name <name>", "a new name, if another organization has its name by now")
    .action(async (id: string, _, command: Command) =>
      (await load()).runOrgRestore(id, command.optsWithGlobals()),
    );
}

function addAdministering(org: Command): void {
  org
    .command("set-plan")
    .description("put an organization on another plan")
    .argument("<org>", "id or slug")
    .argument("<plan>", "the plan's key")
    .action(async (id: string, plan: string, _, command: Command) =>
      (await load()).runOrgSetPlan(id, plan, command.optsWithGlobals()),
    );
  org
    .command("set-status")
    .description("activate, suspend or delete an organization")
    .argument("<org>", "id or slug")
    .addArgument(new Argument("<status>", "its status").choices(statuses))
    .action(async (id: string, status: OrganizationStatus, _, command: Command) =>
      (await load()).runOrgSetStatus(id, status, command.optsWithGlobals()),
    );
  org
    .command("set-billing")
    .description("link an organization to its customers at the billing providers")
    .argument("<org>", "id or slug")
    .option("--lago <id>", 'the customer at Lago; "" clears')
    .option("--stripe <id>", 'the customer at Stripe; "" clears')
    .action(async (id: string, _, command: Command) =>
      (await load()).runOrgSetBilling(id, command.optsWithGlobals()),
    );
}
