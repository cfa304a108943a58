import { verifyChains } from "@tenantry/core";
import fc from "fast-check";
import { expect, test } from "vitest";
import { isJson, isPostgres } from "../../../tenantry/test/test-database.ts";
import { anyRequest, type RequestDraft } from "./any-request.ts";
import { attempt, attemptTogether } from "./attempt.ts";
import { openSurroundings, type Surroundings } from "./surroundings.ts";

const { TENANTRY_FUZZ_RUNS: givenRuns, TENANTRY_FUZZ_SEED: givenSeed } = process.env;
const runs = Number(givenRuns ?? (isPostgres || isJson ? 100 : 600));
/** The same for every ordinary run; another one for each long run that does not say. */
const seed = Number(givenSeed ?? (givenRuns === undefined ? 1 : Date.now() % 1_000_000_000));
const timeout = 60_000 + runs * 500;

/** So many requests go to one server: what they end is there again for the next ones. */
const runsPerServer = 150;
/** After so many faults more of them would say little more. */
const mostFaults = 10;

type Attempt = (at: Surroundings, drafts: readonly RequestDraft[]) => Promise<string[]>;

/** Sends generated requests, so many at a time, to one server after another, and looks through the chains of each in the end. */
async function findFaults(count: number, atATime: number, attemptAll: Attempt): Promise<string[]> {
  const drafts = fc.sample(anyRequest(), { seed, numRuns: count });
  const faults: string[] = [];
  let at: Surroundings | undefined;
  try {
    for (let n = 0; n < count && faults.length < mostFaults; n += atATime) {
      at ??= await openSurroundings();
      const found = await attemptAll(at, drafts.slice(n, n + atATime));
      faults.push(...found.map((fault) => `request ${n}: ${fault}`));
      const isLast = n + atATime >= count || (n + atATime) % runsPerServer < atATime;
      if (!isLast) continue;
      faults.push(...(await faultsOfChains(at)));
      await at.close();
      at = undefined;
    }
  } finally {
    await at?.close();
  }
  return faults;
}

async function faultsOfChains({ fixture }: Surroundings): Promise<string[]> {
  const { committed } = fixture.server.tenantry.engine.storage;
  const faults: string[] = [];
  for (const { id } of await committed.tenants.all()) {
    const report = await verifyChains(committed, id);
    faults.push(...report.faults.map((fault) => `a chain of ${id}: ${JSON.stringify(fault)}`));
  }
  return faults;
}

function expectNone(faults: readonly string[]): void {
  const again = `TENANTRY_FUZZ_RUNS=${runs} TENANTRY_FUZZ_SEED=${seed} shows it again`;
  expect(faults.join("\n"), again).toBe("");
}

test("no request whatever fails the server, is answered outside the contract, does half, or tells of another tenant", {
  timeout,
}, async () => {
  expectNone(
    await findFaults(runs, 1, async (at, drafts) =>
      (await Promise.all(drafts.map((draft) => attempt(at, draft)))).flat(),
    ),
  );
});

test("no requests at once, whatever they are, fail the server, are answered outside the contract, or break a chain", {
  timeout,
}, async () => {
  expectNone(await findFaults(Math.ceil(runs / 2), 8, attemptTogether));
});
