import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";

type Answer = { id: number; value?: unknown; fault?: string };

/** A child process that answers calls; `serveParent` is the other end. */
export type Child = {
  pid: number;
  call<Value>(name: string, input?: unknown): Promise<Value>;
  stop(): Promise<void>;
};

/**
 * Starts a module of the bench in its own process, with the same Node and without standard
 * output, so that every server under load has the same engine and no log.
 */
export function startChild(module: URL): Child {
  const child = fork(fileURLToPath(module), [], {
    stdio: ["ignore", "ignore", "inherit", "ipc"],
    env: { ...process.env, NODE_ENV: "production" },
  });
  const waiting = new Map<number, (answer: Answer) => void>();
  let lastId = 0;
  child.on("message", (answer: Answer) => {
    waiting.get(answer.id)?.(answer);
    waiting.delete(answer.id);
  });
  child.once("exit", (code, signal) => {
    for (const [id, settle] of waiting) {
      settle({ id, fault: `the process of ${module.pathname} ended (${signal ?? code})` });
    }
    waiting.clear();
  });
  return {
    pid: child.pid ?? 0,
    async call<Value>(name: string, input?: unknown): Promise<Value> {
      lastId += 1;
      const id = lastId;
      const answer = await new Promise<Answer>((settle) => {
        waiting.set(id, settle);
        child.send({ id, name, input }, (error) => {
          if (error) settle({ id, fault: error.message });
        });
      });
      if (answer.fault !== undefined) throw new Error(answer.fault);
      return answer.value as Value;
    },
    stop: () => stopChild(child),
  };
}

/** Runs one call in a process that is ended afterwards. */
export async function callOnce<Value>(module: URL, name: string, input: unknown): Promise<Value> {
  const child = startChild(module);
  try {
    return await child.call<Value>(name, input);
  } finally {
    await child.stop();
  }
}

async function stopChild(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = once(child, "exit");
  child.kill("SIGKILL");
  await ended;
}
