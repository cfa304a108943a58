/** Limits how many run at once; others wait in order of arrival. */
export interface Gate {
  /** Runs work once there is a free place, and then frees it for the next. */
  pass<T>(work: () => Promise<T>): Promise<T>;
}

/**
 * Stands before a pool, so that waiting for others of this process and waiting for the server have separate
 * time-outs: a moving queue is no fault, but a server that does not answer is.
 *
 * @param tooLong Creates the error for a caller that waited longer than `timeoutMs`.
 */
export function createGate(places: number, timeoutMs: number, tooLong: () => Error): Gate {
  let free = places;
  const waiting = new Set<() => void>();

  function enter(): Promise<void> | undefined {
    if (free > 0) {
      free -= 1;
      return undefined;
    }
    return new Promise<void>((resolve, reject) => {
      const letIn = () => {
        clearTimeout(timer);
        resolve();
      };
      const timer = setTimeout(() => {
        waiting.delete(letIn);
        reject(tooLong());
      }, timeoutMs);
      waiting.add(letIn);
    });
  }

  function leave(): void {
    const [next] = waiting;
    if (next === undefined) {
      free += 1;
      return;
    }
    waiting.delete(next);
    next();
  }

  return {
    async pass(work) {
      await enter();
      try {
        return await work();
      } finally {
        leave();
      }
    },
  };
}
