import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { onTestFinished } from "vitest";
import type { Command } from "./other-process-program.ts";

/** A second process with the same data open, that does what it is told. */
export interface OtherProcess {
  readonly child: ChildProcess;
  /** What the command gave, or the code of its refusal. */
  run(command: Command): Promise<{ value?: unknown; code?: string }>;
}

const program = fileURLToPath(new URL("./other-process-program.ts", import.meta.url));

export async function startOtherProcess(databaseUrl: string): Promise<OtherProcess> {
  const child = fork(program, [databaseUrl], { stdio: ["ignore", "inherit", "inherit", "ipc"] });
  onTestFinished(() => {
    child.kill("SIGKILL");
  });
  const waiting = new Map<number, (answer: { value?: unknown; code?: string }) => void>();
  let next = 0;
  await once(child, "message");
  child.on("message", (message) => {
    const { id, ...answer } = message as { id: number; value?: unknown; code?: string };
    waiting.get(id)?.(answer);
    waiting.delete(id);
  });
  return {
    child,
    run: (command) =>
      new Promise((resolve) => {
        next += 1;
        waiting.set(next, resolve);
        child.send({ id: next, command });
      }),
  };
}
