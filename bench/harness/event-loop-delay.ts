import { monitorEventLoopDelay } from "node:perf_hooks";

const nanosecondsPerMillisecond = 1e6;
const resolutionMs = 1;

/** How late timers came at p99 while something ran, in milliseconds. */
export async function measureEventLoopDelay(work: () => Promise<unknown>): Promise<number> {
  const monitor = monitorEventLoopDelay({ resolution: resolutionMs });
  monitor.enable();
  await work();
  monitor.disable();
  // The monitor counts from one tick of its timer to the next, its own period included.
  return Math.max(0, monitor.percentile(99) / nanosecondsPerMillisecond - resolutionMs);
}
