import { expect, test } from "vitest";
import { keepTickObjects } from "./keep-tick-objects.ts";

test("keeps the objects of two calls of process.nextTick alive, whatever is asked how often", () => {
  const kept = keepTickObjects();
  expect(kept).toEqual([
    expect.objectContaining({ callback: expect.any(Function), args: undefined }),
    expect.objectContaining({ callback: expect.any(Function), args: [0] }),
  ]);
  expect(keepTickObjects()).toBe(kept);
  expect(kept).toHaveLength(2);
});
