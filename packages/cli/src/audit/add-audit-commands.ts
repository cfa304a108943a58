import type { Command } from "commander";
import { cursorOption, limitOption } from "../page-options.ts";

export function addAuditCommands(program: Command): void {
  const audit = program.command("audit").description("the record of what was done and refused");
  audit
    .command("verify")
    .description("recompute the chain of events of every organization; ends with 1 on a fault")
    .action(async (_, command: Command) => {
      const { runAuditVerify } = await import("./verify.command.ts");
      await runAuditVerify(command.optsWithGlobals());
    });
  audit
    .command("denials")
    .description("list what was refused in the tenant, the newest first")
    .option("--org <id>", "what was refused in this organization")
    .option("--actor <id>", "what was refused to this one")
    .option("--code <code>", "what was refused with this code, such as permission_denied")
    .addOption(limitOption())
    .addOption(cursorOption())
    .action(async (_, command: Command) => {
      const { runAuditDenials } = await import("./denials.command.ts");
      await runAuditDenials(command.optsWithGlobals());
    });
}
