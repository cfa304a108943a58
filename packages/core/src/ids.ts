import { randomBytes, randomFillSync } from "node:crypto";

/** What an id of ours names; the prefix stands before the underscore. */
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

/** Crockford's alphabet: no letters that people confuse, safe in URLs and file names. */
const base32 = "0123456789abcdefghjkmnpqrstvwxyz";

/** Two letters for every ten bits. */
const pairs = Array.from(base32, (first) => Array.from(base32, (second) => first + second)).flat();

function pair(bits: number): string {
  return pairs[bits & 1023] as string;
}

/**
 * A new id, `prefix_` and a UUIDv7 in base32 (TypeID): time-ordered, so that new rows land at the
 * end of every index. Ids are looked up and never parsed: nothing in Tenantry reads meaning out of one.
 *
 * Written out here, since a mutation makes four of them: typeid-js, against which the test holds this, takes ten times as long.
 */
export function newId(prefix: IdPrefix): string {
  tick();
  const chance = randomWord();
  // Ten bits at a time: the version and 12 bits of the counter, the variant and its other 19, then 43 bits of chance.
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

/** How far the clock may go back before ids follow it; until then they go on from the latest time. */
const longestStandstillMs = 10_000;

let timeMs = 0;
let timeText = "";
/** 31 bits (RFC 9562, section 6.2): begins each millisecond somewhere in its lower half, and rises with each id. */
let counter = 0;

/** Moves time or the counter on, so that each id of this process sorts after the one before. */
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

/** 48 bits of milliseconds and two before them: ten letters. */
function encodeTime(ms: number): string {
  let text = "";
  for (let rest = ms; text.length < 10; rest = Math.floor(rest / 1024)) {
    text = pair(rest % 1024) + text;
  }
  return text;
}

const pool = new Uint32Array(1024);
let poolIndex = pool.length;

/** 32 bits of chance. Asking the system for many at once costs hardly more than asking for one. */
function randomWord(): number {
  if (poolIndex === pool.length) {
    randomFillSync(pool);
    poolIndex = 0;
  }
  const word = pool[poolIndex] as number;
  poolIndex += 1;
  return word;
}

/** A random string of base32 letters; 5 bits a letter. */
export function randomBase32(length: number): string {
  let text = "";
  for (const byte of randomBytes(length)) text += base32[byte & 31];
  return text;
}
