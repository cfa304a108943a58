import { monitorEventLoopDelay } from "node:perf_hooks";

const nanosecondsPerMillisecond = 1e6;
const resolutionMs = 1;

/** The delay of timers at p99, in milliseconds, while the work ran. */
export async function measureEventLoopDelay(work: () => Promise<unknown>): Promise<number> {
  const monitor = monitorEventLoopDelay({ resolution: resolutionMs });
  monitor.enable();
  await work();
  monitor.disable();
  // The monitor measures from one tick of its timer to the next, so its own period is subtracted.
  return Math.max(0, monitor.percentile(99) / nanosecondsPerMillisecond - resolutionMs);
}
