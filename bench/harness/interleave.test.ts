import { expect, test } from "vitest";
import { interleave } from "./interleave.ts";

test("measures the sides in turn and does not count the first round", async () => {
  const order: string[] = [];
  const side = (name: string) => (turn: number) => {
    order.push(`${name}${turn}`);
    return { value: turn };
  };
  const measured = await interleave({ ours: side("a"), reference: side("b") }, 2);
  expect(order).toEqual(["a0", "b0", "a1", "b1", "a2", "b2"]);
  expect(measured.ours).toEqual([{ value: 1 }, { value: 2 }]);
  expect(measured.reference).toHaveLength(2);
});

test("lets the fault of a side through", async () => {
  const fault = () => Promise.reject(new Error("no answer"));
  await expect(interleave({ ours: () => ({ value: 1 }), reference: fault }, 5)).rejects.toThrow(
    "no answer",
  );
});
