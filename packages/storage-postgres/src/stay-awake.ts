/**
 * Keeps the program running until some work has ended. Idle connections do not keep it running, so a program that
 * only waits for them to close would end too early.
 */
export async function stayAwake<T>(work: () => Promise<T>): Promise<T> {
  const awake = setInterval(() => {}, longestWaitMs);
  try {
    return await work();
  } finally {
    clearInterval(awake);
  }
}

/** The interval does not matter: any repeating timer keeps a program running. */
const longestWaitMs = 60_000;
