const signals = ["SIGINT", "SIGTERM", "SIGHUP"] as const;

/** Runs work that undoes itself when aborted. If the program is told to stop meanwhile, it waits for that. */
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
