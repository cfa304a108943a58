const alphabet = "0123456789abcdefghjkmnpqrstvwxyz";
const lettersOfTime = 10;
const lettersOfChance = 16;

/** The start of the generated data's clock. It is fixed, so that two runs measure the same bytes. */
export const datasetEpochMs = Date.UTC(2026, 0, 1);

/**
 * A small generator of pseudo-random numbers below 2^32 (mulberry32). The data must be the same
 * for both sides and in every run, so the system's random numbers are not used.
 */
export function seededRandom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return (mixed ^ (mixed >>> 14)) >>> 0;
  };
}

/**
 * A time-ordered id in the product's format: a prefix and 26 characters, of which the first ten
 * are milliseconds. Inserts with such ids append to the end of an index. Random ids would split
 * pages, and the bench would measure that.
 */
export function makeTimeOrderedId(prefix: string, timeMs: number, random: () => number): string {
  let time = "";
  let rest = timeMs;
  for (let letter = 0; letter < lettersOfTime; letter += 1) {
    time = alphabet[rest % 32] + time;
    rest = Math.floor(rest / 32);
  }
  let chance = "";
  for (let letter = 0; letter < lettersOfChance; letter += 1) {
    chance += alphabet[random() % 32];
  }
  return `${prefix}_${time}${chance}`;
}
