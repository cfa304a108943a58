import { expect, test } from "vitest";
import { z } from "zod";
import { parseInput } from "./input.ts";

const schema = z.strictObject({ name: z.string(), metadata: z.record(z.string(), z.json()) });

test.each([
  ["U+0000", "a\0b"],
  ["half a surrogate pair", "a\ud800"],
])("refuses %s wherever it stands, with the place", (_, text) => {
  const faultsOf = (input: unknown) => {
    try {
      return parseInput(schema, input);
    } catch (error) {
      return (error as { fields: { pointer: string }[] }).fields.map((fault) => fault.pointer);
    }
  };
  expect(faultsOf({ name: text, metadata: {} })).toEqual(["/name"]);
  expect(faultsOf({ name: "x", metadata: { list: ["y", { deep: text }] } })).toEqual([
    "/metadata/list/1/deep",
  ]);
  expect(faultsOf({ name: "x", metadata: { [text]: 1 } })).toEqual(["/metadata"]);
  expect(faultsOf({ name: "😀", metadata: { ok: "é" } })).toEqual({
    name: "😀",
    metadata: { ok: "é" },
  });
});

test("stops at a depth that no record has, long before the stack does, and says where", () => {
  let deep: unknown = "x";
  for (let depth = 0; depth < 100_000; depth += 1) deep = { a: deep };
  expect(() => parseInput(schema, { name: "x", metadata: deep })).toThrow(
    /^\/metadata(\/a)+: is nested deeper than 64; make it flatter$/,
  );
});
