const signals = ["SIGINT", "SIGTERM", "SIGHUP"] as const;

/**
 * Does some work that takes back what it did when it is aborted. Where the program is told to stop meanwhile, it stops after that.
 */
export async function abortOnInterrupt<T>(work: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const controller = new AbortController();
  let told: NodeJS.Signals | undefined;
  const stop = (signal: NodeJS.Signals) => {
    told = signal;
    controller.abort();
  };
  for (const signal of signals) process.on(signal, stop);
  try {
    return await work(controller.signal);
  } finally {
    for (const signal of signals) process.removeListener(signal, stop);
    if (told !== undefined) process.kill(process.pid, told);
  }
}
