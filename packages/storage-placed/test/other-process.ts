import { fork } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { onTestFinished } from "vitest";
import type { Installation } from "./installation.ts";
import type { Command } from "./other-program.ts";

/** A process of its own with the installation open, that does what it is told. */
export interface OtherProcess {
  /** The ids of the users that it wrote, as they are acknowledged. */
  readonly acknowledged: readonly string[];
  run(command: Command): Promise<unknown>;
}

type Message = { acknowledged: string } | { id: number; value?: unknown; error?: string };

const program = fileURLToPath(new URL("./other-program.ts", import.meta.url));

export async function startOtherProcess(installation: Installation): Promise<OtherProcess> {
  const child = fork(program, [JSON.stringify(installation)]);
  onTestFinished(() => {
    child.kill("SIGKILL");
  });
  await once(child, "message");
  const acknowledged: string[] = [];
  const asked = new Map<number, PromiseWithResolvers<unknown>>();
  child.on("message", (message: Message) => {
    if ("acknowledged" in message) {
      acknowledged.push(message.acknowledged);
      return;
    }
    const answer = asked.get(message.id);
    asked.delete(message.id);
    if (message.error === undefined) answer?.resolve(message.value);
    else answer?.reject(new Error(message.error));
  });
  let last = 0;
  return {
    acknowledged,
    run(command) {
      last += 1;
      const answer = Promise.withResolvers<unknown>();
      asked.set(last, answer);
      child.send({ id: last, command });
      return answer.promise;
    },
  };
}
