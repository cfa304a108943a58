import { setTimeout as delay } from "node:timers/promises";
import { isBusy } from "./sqlite-error.ts";

const firstWaitMs = 1;
const longestWaitMs = 25;

/**
 * How long to wait before the next try: longer each time, with random variation, so that waiting programs do not
 * retry in step.
 */
export function backoffMs(attempt: number): number {
  const ceiling = Math.min(longestWaitMs, firstWaitMs * 2 ** Math.min(attempt, 10));
  return ceiling / 2 + (Math.random() * ceiling) / 2;
}

/**
 * Retries an action as long as another connection blocks it, without blocking the event loop.
 *
 * @param timedOut Creates the error for when the time is over.
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
