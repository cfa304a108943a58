import { DomainError } from "@tenantry/core";
import { expect, it } from "vitest";
import { z } from "zod";
import { createQueryParser } from "./query.ts";

const parse = createQueryParser(
  z.strictObject({
    limit: z.int().min(1).default(50),
    total: z.boolean().default(false),
    after: z.int().optional(),
    q: z.string().optional(),
  }),
);

it("reads numbers and booleans where the schema has them, and leaves text alone", () => {
  expect(parse({ limit: "7", total: "true", q: "007" })).toEqual({
    limit: 7,
    total: true,
    q: "007",
  });
  expect(parse({ q: "true" })).toEqual({ limit: 50, total: false, q: "true" });
});

it.each([
  ["limit", "seven"],
  ["limit", "7.0"],
  ["limit", ""],
  ["limit", "9".repeat(20)],
  ["after", "0x1"],
  ["total", "yes"],
  ["total", "TRUE"],
  ["unknown", "1"],
  ["__proto__", "1"],
])("names %s where it is %j", (name, value) => {
  expect(() => parse({ [name]: value })).toThrow(DomainError);
  try {
    parse({ [name]: value });
  } catch (error) {
    expect((error as DomainError).fields.map(({ pointer }) => pointer)).toEqual([`/${name}`]);
  }
});

it("refuses a field that is given twice", () => {
  expect(() => parse({ q: ["a", "b"] })).toThrow("/q: give it once");
});
