import { type Command, Option } from "commander";
import { cursorOption, limitOption } from "../page-options.ts";

const load = () => import("./member.command.ts");
const anyUser = "id, username or e-mail address";

export function addMemberCommands(program: Command): void {
  const member = program.command("member").description("members of an organization");
  addReading(member);
  addWriting(member);
}

function addReading(member: Command): void {
  member
    .command("list")
    .description("list the members of an organization")
    .argument("<org>", "id or slug")
    .option("--query <text>", "part of the name, username or e-mail address")
    .option("--role <role>", "only holders of this role")
    .addOption(
      new Option("--status <status>", "those of this status").choices([
        "active",
        "invited",
        "suspended",
      ]),
    )
    .addOption(limitOption())
    .addOption(cursorOption())
    .action(async (org: string, _, command: Command) =>
      (await load()).runMemberList(org, command.optsWithGlobals()),
    );
}

function addWriting(member: Command): void {
  member
    .command("add")
    .description("add a user to an organization")
    .argument("<org>", "id or slug")
    .argument("<user>", anyUser)
    .option("--role <role...>", "the roles that they hold (default: member)")
    .option("--invited", "as an invitation, which the user must accept")
    .option("--create-user", "create the user, by username or e-mail address, if there is none")
    .action(async (org: string, user: string, _, command: Command) =>
      (await load()).runMemberAdd(org, user, command.optsWithGlobals()),
    );
  member
    .command("update")
    .description("change the roles or the status of a member")
    .argument("<org>", "id or slug")
    .argument("<user>", anyUser)
    .option("--role <role...>", "the new roles")
    .addOption(new Option("--status <status>", "their status").choices(["active", "suspended"]))
    .action(async (org: string, user: string, _, command: Command) =>
      (await load()).runMemberUpdate(org, user, command.optsWithGlobals()),
    );
  member
    .command("remove")
    .description("remove a user from an organization")
    .argument("<org>", "id or slug")
    .argument("<user>", anyUser)
    .action(async (org: string, user: string, _, command: Command) =>
      (await load()).runMemberRemove(org, user, command.optsWithGlobals()),
    );
}
