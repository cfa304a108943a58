import { expect, test } from "vitest";
import { openBench } from "./bench.ts";
import type { Row } from "./row.ts";
import { runRows } from "./run-rows.ts";

const silent = { row: () => undefined, round: () => undefined, stop: () => undefined };
const side = (value: number) => () => Promise.resolve(() => ({ value }));
const row: Row = {
  id: "good",
  compares: "One with two.",
  unit: "calls/s",
  goal: 2,
  openOurs: side(1),
  openReference: side(2),
};

async function run(rows: Row[], isNoise: boolean) {
  const bench = openBench({ isQuick: true });
  try {
    return await runRows(rows, bench, { rounds: 5, isNoise, progress: silent });
  } finally {
    await bench.close();
  }
}

test("measures the other rows when one cannot be measured, and names that one", async () => {
  const bad = { ...row, id: "bad", openOurs: () => Promise.reject(new Error("no server")) };
  const { measured, failed } = await run([bad, row], false);
  expect(measured.map(({ id }) => id)).toEqual(["good"]);
  expect(failed).toEqual([{ id: "bad", fault: "no server" }]);
});

test("puts the reference on both sides to show the noise", async () => {
  const { measured } = await run([row], true);
  expect(measured[0]?.ours).toEqual(measured[0]?.reference);
  expect(measured[0]?.goal).toBeNull();
});
