import { rmSync } from "node:fs";

const signals = ["SIGINT", "SIGTERM", "SIGHUP"] as const;

/** Runs work that writes to a temporary file or directory. If the program is told to stop meanwhile, that is removed. */
export async function removeOnInterrupt<T>(path: string, work: () => Promise<T>): Promise<T> {
  const stop = (signal: NodeJS.Signals) => {
    rmSync(path, { recursive: true, force: true });
    for (const one of signals) process.removeListener(one, stop);
    process.kill(process.pid, signal);
  };
  for (const signal of signals) process.on(signal, stop);
  try {
    return await work();
  } finally {
    for (const signal of signals) process.removeListener(signal, stop);
  }
}
