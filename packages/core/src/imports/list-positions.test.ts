import { array, assert, integer, option, property, subarray } from "fast-check";
import { expect, test } from "vitest";
import { keepPositions } from "./list-positions.ts";

const anyPositions = array(option(integer({ min: -50, max: 50 }), { nil: undefined }));

test("numbers a list whose entries have no positions from 0", () => {
  expect(keepPositions([undefined, undefined, undefined])).toEqual([0, 1, 2]);
});

test("gives positions that rise, whatever they were", async () => {
  await assert(
    property(anyPositions, (present) => {
      const positions = keepPositions(present);
      expect(positions).toEqual(positions.toSorted((a, b) => a - b));
      expect(new Set(positions).size).toBe(present.length);
    }),
  );
});

test("leaves a list that is in order as it is", async () => {
  await assert(
    property(array(integer()), (numbers) => {
      const rising = [...new Set(numbers)].sort((a, b) => a - b);
      expect(keepPositions(rising)).toEqual(rising);
    }),
  );
});

test("numbers the newcomers of a list alone, wherever they come in", async () => {
  const places = Array.from({ length: 30 }, (_, index) => index);
  await assert(
    property(subarray(places), (newcomers) => {
      const present = places.map((at) => (newcomers.includes(at) ? undefined : at));
      const kept = keepPositions(present).filter((_, at) => present[at] !== undefined);
      expect(kept).toEqual(present.filter((at) => at !== undefined));
    }),
  );
});

test("writes one position where one entry moves", () => {
  expect(keepPositions([0, 3, 1, 2])).toEqual([0, 0.5, 1, 2]);
});

test("numbers all anew where there is no room left between two", () => {
  expect(keepPositions([1, undefined, 1 + Number.EPSILON])).toEqual([0, 1, 2]);
});
