import { expect, test } from "vitest";
import { toResultRow } from "./result.ts";
import type { MeasuredRow } from "./row.ts";

const readings = (...values: number[]) => values.map((value) => ({ value }));
const row: MeasuredRow = {
  id: "look-up",
  compares: "Ours with theirs.",
  unit: "calls/s",
  goal: 2,
  ours: readings(10, 8, 30),
  reference: readings(5, 4, 1),
};

test("divides the median of ours by the median of the reference", () => {
  expect(toResultRow(row)).toEqual({
    id: "look-up",
    ours: 10,
    reference: 4,
    ratio: 2.5,
    goal: 2,
    met: true,
  });
});

test("meets a goal that it reaches exactly, and misses one by a little", () => {
  expect(toResultRow({ ...row, goal: 2.5 }).met).toBe(true);
  expect(toResultRow({ ...row, goal: 2.51 }).met).toBe(false);
});

test("says nothing of a goal that there is not", () => {
  expect(toResultRow({ ...row, goal: null }).met).toBeNull();
});
