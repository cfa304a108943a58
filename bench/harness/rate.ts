/** The clock is read once in so many calls: a reading costs a tenth of a cached answer. */
const callsPerReading = 64;

/** Calls a second of something that answers at once. */
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

/** Calls a second of something awaited and quick, one after another. */
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

/** Calls a second with so many callers at once, each asking again when it is answered. */
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

/** Calls a second of so many calls, shared among so many callers at once. */
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
