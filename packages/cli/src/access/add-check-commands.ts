import type { Command } from "commander";

export function addCheckCommands(program: Command): void {
  program
    .command("check")
    .description("check a permission of a user; exits with 0 for yes, 1 for no")
    .argument("<user>", "id, username or e-mail address")
    .argument("<org>", "id or slug")
    .argument("<permission>", "such as member:read")
    .action(async (user: string, org: string, permission: string, _, command: Command) => {
      const { runCheck } = await import("./check.command.ts");
      await runCheck(user, org, permission, command.optsWithGlobals());
    });
}
