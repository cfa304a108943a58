/** How old a replica's data is, from the primary's log positions and the times at which they were asked for. */
export interface ReplicaLag {
  /** The primary had reached this position at that time or shortly after. */
  sample(atMs: number, position: number): void;
  /** Whether a replica that replayed this far shows everything older than the limit. */
  isWithin(replayed: number, nowMs: number): boolean;
}

/**
 * Uses the primary's log and this process's clock: no replica's clock is trusted, and an idle primary makes no
 * replica late.
 */
export function createReplicaLag(maximumLagMs: number): ReplicaLag {
  const samples: { readonly atMs: number; readonly position: number }[] = [];
  return {
    sample(atMs, position) {
      // Where frequent changes cause many samples, one per hundredth of the limit is precise enough.
      if (atMs - (samples.at(-1)?.atMs ?? Number.NEGATIVE_INFINITY) < maximumLagMs / 100) return;
      samples.push({ atMs, position });
      while ((samples[0]?.atMs ?? atMs) < atMs - maximumLagMs) samples.shift();
    },
    isWithin: (replayed, nowMs) =>
      samples.some(({ atMs, position }) => position <= replayed && nowMs - atMs <= maximumLagMs),
  };
}
