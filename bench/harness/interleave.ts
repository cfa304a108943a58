import type { Pair, Reading } from "./row.ts";

export type Rounds = { ours: Reading[]; reference: Reading[] };

/**
 * Measures the two sides in turn, A B A B …, so that other activity of the machine affects
 * both. One uncounted round of each comes first, which fills caches, opens files and lets the
 * engine compile.
 */
export async function interleave(
  pair: Pair,
  rounds: number,
  onRound: (done: number) => void = () => undefined,
): Promise<Rounds> {
  const measured: Rounds = { ours: [], reference: [] };
  await pair.ours(0);
  await pair.reference(0);
  for (let round = 1; round <= rounds; round += 1) {
    onRound(round);
    measured.ours.push(await pair.ours(round));
    measured.reference.push(await pair.reference(round));
  }
  return measured;
}
