import { type ChildProcess, fork, spawn } from "node:child_process";
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

const stdio = ["ignore", "ignore", "inherit", "ipc"] as const;

export function startChild(...args: readonly string[]): Child {
  return converse(fork(program, args, { stdio: [...stdio] }));
}

/** A child whose files cannot grow beyond so many blocks of 512 bytes: what a full disk is like. */
export function startChildWithoutRoom(blocks: number, ...args: readonly string[]): Child {
  return startProgramWithoutRoom(blocks, program, ...args);
}

export function startProgramWithoutRoom(
  blocks: number,
  path: string,
  ...args: readonly string[]
): Child {
  const limited = `ulimit -f ${blocks}; exec "$0" "$@"`;
  const command = ["-c", limited, process.execPath, path, ...args];
  return converse(spawn("sh", command, { stdio: [...stdio] }));
}

function converse(child: ChildProcess): Child {
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
