/**
 * Keeps the program running until something has ended. Connections that nobody uses keep none running, so that one which waits for nothing but
 * their end would end before it.
 */
export async function stayAwake<T>(work: () => Promise<T>): Promise<T> {
  const awake = setInterval(() => {}, longestWaitMs);
  try {
    return await work();
  } finally {
    clearInterval(awake);
  }
}

/** Whatever it is, a timer that repeats keeps a program running. */
const longestWaitMs = 60_000;
