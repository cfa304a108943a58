import { setImmediate as turn } from "node:timers/promises";
import { expect, test } from "vitest";
import { createConnectionBudget } from "./connection-budget.ts";

function open(connections: number) {
  const budget = createConnectionBudget(connections, 60_000, () => {});
  const served: string[] = [];
  return {
    budget,
    served,
    async take(name: string, least: number) {
      const taken = await budget.take(least, least);
      served.push(name);
      return taken;
    },
  };
}

test("serves in the order of coming, so that nobody who wants few overtakes one who wants many", async () => {
  const { budget, served, take } = open(4);
  await take("first", 2);
  const many = take("many", 4);
  const few = take("few", 1);
  await turn();
  expect(served).toEqual(["first"]);
  budget.give(2);
  await many;
  expect(served).toEqual(["first", "many"]);
  budget.give(4);
  await few;
  expect(served).toEqual(["first", "many", "few"]);
});

test("says how many are wanted of all who wait, beyond those that are free", async () => {
  const { budget, take } = open(4);
  await take("first", 2);
  expect(budget.wanted()).toBe(0);
  const waiting = [take("many", 4), take("few", 1)];
  expect(budget.wanted()).toBe(3);
  budget.give(2);
  expect(budget.wanted()).toBe(1);
  budget.give(4);
  await Promise.all(waiting);
  expect(budget.wanted()).toBe(0);
});

test("gives a part of what is free, so that the first who comes leaves something to the next", async () => {
  const { budget } = open(30);
  const taken: number[] = [];
  for (let n = 0; n < 5; n += 1) taken.push(await budget.take(3, 17));
  expect(taken).toEqual([10, 6, 4, 3, 3]);
});
