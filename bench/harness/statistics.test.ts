import { expect, test } from "vitest";
import { median, spreadOf } from "./statistics.ts";

test("takes the middle of an odd number of values, in whatever order they come", () => {
  expect(median([9, 1, 5])).toBe(5);
});

test("takes the mean of the two middle ones of an even number of values", () => {
  expect(median([10, 1, 4, 2])).toBe(3);
});

test("orders values as numbers", () => {
  expect(median([100, 20, 3])).toBe(20);
});

test("refuses the median of nothing", () => {
  expect(() => median([])).toThrow(RangeError);
});

test("leaves the values as they were", () => {
  const values = [3, 1, 2];
  expect(spreadOf(values)).toEqual({ median: 2, min: 1, max: 3 });
  expect(values).toEqual([3, 1, 2]);
});
