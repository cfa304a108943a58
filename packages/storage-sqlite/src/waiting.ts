import { setTimeout as delay } from "node:timers/promises";
import { isBusy } from "./sqlite-error.ts";

const firstWaitMs = 1;
const longestWaitMs = 25;

/** How long to wait before trying again: longer each time, and never in step with others who wait for the same lock. */
export function backoffMs(attempt: number): number {
  const ceiling = Math.min(longestWaitMs, firstWaitMs * 2 ** Math.min(attempt, 10));
  return ceiling / 2 + (Math.random() * ceiling) / 2;
}

/**
 * Does something that another connection may stand in the way of, and tries again while it does. The event loop goes on.
 *
 * @param timedOut Makes the error for when the time is over.
 */
export async function retryWhileBusy<T>(
  action: () => T,
  timeoutMs: number,
  timedOut: (cause: unknown) => unknown,
): Promise<T> {
  const deadline = performance.now() + timeoutMs;
  for (let attempt = 0; ; attempt += 1) {
    try {
      return action();
    } catch (error) {
      if (!isBusy(error)) throw error;
      if (performance.now() >= deadline) throw timedOut(error);
    }
    await delay(backoffMs(attempt));
  }
}
