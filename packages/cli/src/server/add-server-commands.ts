import type { Command } from "commander";

export function addServerCommands(program: Command): void {
  program
    .command("serve")
    .description("start the server and run until it is told to stop")
    .option("--port <port>", "the port to listen on; 0 takes a free one (PORT, 8000)")
    .option("--host <host>", "the address to listen on (HOST, localhost)")
    .action(async (_, command: Command) => {
      const { runServe } = await import("./serve.command.ts");
      await runServe(command.optsWithGlobals());
    });
  program
    .command("operator-key")
    .description("create a new operator key and revoke the earlier one")
    .action(async (_, command: Command) => {
      const { runOperatorKey } = await import("./operator-key.command.ts");
      await runOperatorKey(command.optsWithGlobals());
    });
}
