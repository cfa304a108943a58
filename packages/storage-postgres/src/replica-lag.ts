/** How old what a replica shows is: the primary's positions with the moments at which they were asked for. */
export interface ReplicaLag {
  /** The primary had come so far at that moment, or a little later. */
  sample(atMs: number, position: number): void;
  /** Whether whoever replayed so far shows everything that is older than the bound. */
  isWithin(replayed: number, nowMs: number): boolean;
}

/** By the primary's log and this process's clock: no clock of a replica is believed, and a primary that rests makes nobody late. */
export function createReplicaLag(maximumLagMs: number): ReplicaLag {
  const samples: { readonly atMs: number; readonly position: number }[] = [];
  return {
    sample(atMs, position) {
      // Where many changes have the primary asked often, a hundredth of the bound is close enough.
      if (atMs - (samples.at(-1)?.atMs ?? Number.NEGATIVE_INFINITY) < maximumLagMs / 100) return;
      samples.push({ atMs, position });
      while ((samples[0]?.atMs ?? atMs) < atMs - maximumLagMs) samples.shift();
    },
    isWithin: (replayed, nowMs) =>
      samples.some(({ atMs, position }) => position <= replayed && nowMs - atMs <= maximumLagMs),
  };
}
