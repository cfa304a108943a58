import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";

/** A child process, heard and told one message at a time. */
export interface Child {
  readonly pid: number;
  hear(): Promise<unknown>;
  tell(message: string): void;
  /** Resolves with its exit code. */
  ended(): Promise<number | null>;
  kill(): Promise<void>;
}

const program = fileURLToPath(new URL("./child.ts", import.meta.url));

export function startChild(...args: readonly string[]): Child {
  const child: ChildProcess = fork(program, args, {
    stdio: ["ignore", "ignore", "inherit", "ipc"],
  });
  const heard: unknown[] = [];
  const waiting: ((message: unknown) => void)[] = [];
  child.on("message", (message) => {
    const next = waiting.shift();
    if (next === undefined) heard.push(message);
    else next(message);
  });
  const exit = once(child, "exit");
  return {
    pid: child.pid ?? 0,
    hear: () =>
      heard.length > 0
        ? Promise.resolve(heard.shift())
        : new Promise((resolve) => waiting.push(resolve)),
    tell: (message) => child.send(message),
    ended: async () => ((await exit) as [number | null])[0],
    async kill() {
      child.kill("SIGKILL");
      await exit;
    },
  };
}
