/** How many calls are made per reading of the clock, because a reading costs a tenth of a cached answer. */
const callsPerReading = 64;

/** Calls per second of a synchronous function. */
export function measureRate(ask: (turn: number) => unknown, durationMs: number): number {
  const start = performance.now();
  let turn = 0;
  let now = start;
  while (now - start < durationMs) {
    for (let call = 0; call < callsPerReading; call += 1) {
      ask(turn);
      turn += 1;
    }
    now = performance.now();
  }
  return (turn * 1_000) / (now - start);
}

/** Calls per second of a quick asynchronous function, one after another. */
export async function measureQuickRate(
  ask: (turn: number) => unknown,
  durationMs: number,
): Promise<number> {
  const start = performance.now();
  let turn = 0;
  let now = start;
  while (now - start < durationMs) {
    for (let call = 0; call < callsPerReading; call += 1) {
      await ask(turn);
      turn += 1;
    }
    now = performance.now();
  }
  return (turn * 1_000) / (now - start);
}

/** Calls per second with several callers at once, each of which calls again after its answer. */
export async function measureRateOfCallers(
  ask: (turn: number) => unknown,
  callers: number,
  durationMs: number,
): Promise<number> {
  const start = performance.now();
  let turn = 0;
  const call = async (): Promise<void> => {
    while (performance.now() - start < durationMs) {
      const mine = turn;
      turn += 1;
      await ask(mine);
    }
  };
  await Promise.all(Array.from({ length: callers }, call));
  return (turn * 1_000) / (performance.now() - start);
}

/** Calls per second for a fixed number of calls, shared among several callers at once. */
export async function measureRateOfCount(
  ask: () => Promise<unknown>,
  callers: number,
  count: number,
): Promise<number> {
  const start = performance.now();
  let turn = 0;
  const call = async (): Promise<void> => {
    while (turn < count) {
      turn += 1;
      await ask();
    }
  };
  await Promise.all(Array.from({ length: callers }, call));
  return (count * 1_000) / (performance.now() - start);
}
