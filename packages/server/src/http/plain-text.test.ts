import { DomainError } from "@tenantry/core";
import fc from "fast-check";
import { expect, it } from "vitest";
import { assertStorable } from "./plain-text.ts";

it("lets through every value whose text is whole", () => {
  fc.assert(
    fc.property(fc.jsonValue({ maxDepth: 10, stringUnit: "grapheme" }), (value) => {
      const text = JSON.stringify(value);
      fc.pre(!text.includes("\\u0000"));
      expect(() => assertStorable(value)).not.toThrow();
    }),
  );
});

it("names every place that holds U+0000 or half of a character", () => {
  const value = { a: "x\0", b: [{ "c/d": "\ud800" }, "fine"], "e\0": 1 };
  try {
    assertStorable(value);
    expect.unreachable();
  } catch (error) {
    const pointers = (error as DomainError).fields.map(({ pointer }) => pointer);
    expect(pointers).toEqual(["/a", "/b/0/c~1d", ""]);
  }
});

it("stops at a depth that no record has, long before the stack does", () => {
  let deep: unknown = "x";
  for (let depth = 0; depth < 100_000; depth += 1) deep = [deep];
  expect(() => assertStorable(deep)).toThrow(DomainError);
});
