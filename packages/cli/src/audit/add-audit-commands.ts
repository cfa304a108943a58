import type { Command } from "commander";
import { cursorOption, limitOption } from "../page-options.ts";

export function addAuditCommands(program: Command): void {
  const audit = program
    .command("audit")
    .description("the audit log: what was done, and what was refused");
  audit
    .command("verify")
    .description("recompute every event chain; exits with 1 on a fault")
    .action(async (_, command: Command) => {
      const { runAuditVerify } = await import("./verify.command.ts");
      await runAuditVerify(command.optsWithGlobals());
    });
  audit
    .command("denials")
    .description("list refused calls of the tenant, newest first")
    .option("--org <id>", "only those in this organization")
    .option("--actor <id>", "only those of this actor")
    .option("--code <code>", "only those with this error code, such as permission_denied")
    .addOption(limitOption())
    .addOption(cursorOption())
    .action(async (_, command: Command) => {
      const { runAuditDenials } = await import("./denials.command.ts");
      await runAuditDenials(command.optsWithGlobals());
    });
}
