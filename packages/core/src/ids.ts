import { randomBytes, randomFillSync } from "node:crypto";

/** What an id names; it is the part before the underscore. */
export type IdPrefix =
  | "ten"
  | "user"
  | "org"
  | "mem"
  | "team"
  | "evt"
  | "ses"
  | "res"
  | "key"
  | "imp";

/** Crockford's alphabet: no letters that people confuse, and safe in URLs and file names. */
const base32 = "0123456789abcdefghjkmnpqrstvwxyz";

/** Two letters for each value of ten bits. */
const pairs = Array.from(base32, (first) => Array.from(base32, (second) => first + second)).flat();

function pair(bits: number): string {
  return pairs[bits & 1023] as string;
}

/**
 * Makes an id: `prefix_` and a UUIDv7 in base32 (TypeID). Ids are ordered by time, so that new rows go to the end of
 * every index. Nothing in Tenantry reads meaning out of an id.
 *
 * Written here because a mutation makes about four of them and typeid-js takes ten times as long. A test compares the
 * two.
 */
export function newId(prefix: IdPrefix): string {
  tick();
  const chance = randomWord();
  // Ten bits at a time: the version and 12 bits of the counter, the variant and the other 19, then 43 random bits.
  const versionAndCounter = pair((7 << 6) | (counter >>> 25));
  const variantAndCounter = pair(
    (((counter >>> 19) & 63) << 4) | (2 << 2) | ((counter >>> 17) & 3),
  );
  const counterAndChance = pair(counter >>> 7) + pair(((counter & 127) << 3) | (chance >>> 29));
  const rest = pairsOf(chance) + pairsOf(randomWord());
  return `${prefix}_${timeText}${versionAndCounter}${variantAndCounter}${counterAndChance}${rest}`;
}

function pairsOf(chance: number): string {
  return pair(chance) + pair(chance >>> 10);
}

/** If the clock goes back by less than this, ids continue from the latest time; beyond it they follow the clock. */
const longestStandstillMs = 10_000;

let timeMs = 0;
let timeText = "";
/** 31 bits (RFC 9562, section 6.2). It starts each millisecond in the lower half of its range and rises with each id. */
let counter = 0;

/** Advances the time or the counter, so that each id of this process sorts after the one before. */
function tick(): void {
  const now = Date.now();
  const isCounterFull = counter >= 0x7fff_ffff;
  if (now > timeMs || now < timeMs - longestStandstillMs || isCounterFull) {
    timeMs = isCounterFull && now <= timeMs ? timeMs + 1 : now;
    timeText = encodeTime(timeMs);
    counter = randomWord() >>> 2;
  } else {
    counter += 1;
  }
}

/** Encodes 48 bits of milliseconds, after two zero bits, in ten letters. */
function encodeTime(ms: number): string {
  let text = "";
  for (let rest = ms; text.length < 10; rest = Math.floor(rest / 1024)) {
    text = pair(rest % 1024) + text;
  }
  return text;
}

const pool = new Uint32Array(1024);
let poolIndex = pool.length;

/** Returns 32 random bits. They are fetched from the system in large blocks, which costs little more than fetching one. */
function randomWord(): number {
  if (poolIndex === pool.length) {
    randomFillSync(pool);
    poolIndex = 0;
  }
  const word = pool[poolIndex] as number;
  poolIndex += 1;
  return word;
}

/** A random string of base32 letters, with 5 bits of randomness each. */
export function randomBase32(length: number): string {
  let text = "";
  for (const byte of randomBytes(length)) text += base32[byte & 31];
  return text;
}
