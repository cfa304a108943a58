import { checkRequestSchema, parseInput } from "@tenantry/core";
import fc from "fast-check";
import { expect, it } from "vitest";
import { parsePlainCheck } from "./check-body.ts";

const text = fc.oneof(
  fc.string(),
  fc.string({ unit: "binary" }),
  fc.constantFrom(
    "",
    "x",
    "x\0",
    "x\ud800",
    "x".repeat(127),
    "x".repeat(128),
    "x".repeat(255),
    "x".repeat(256),
  ),
);
const value = fc.oneof(
  text,
  fc.integer(),
  fc.boolean(),
  fc.constant(null),
  fc.array(text),
  fc.object(),
);
const name = fc.constantFrom(
  "user_id",
  "organization_id",
  "permission",
  "minimum_revision",
  "consistency",
  "extra",
);
const body = fc.oneof(
  fc.record({ user_id: text, organization_id: text, permission: text }),
  fc.record(
    {
      user_id: value,
      organization_id: value,
      permission: value,
      minimum_revision: value,
      extra: value,
    },
    { requiredKeys: [] },
  ),
  fc.dictionary(name, value),
  value,
);

it("accepts nothing that the schema refuses, and reads the same out of it", () => {
  fc.assert(
    fc.property(body, (given) => {
      const plain = parsePlainCheck(JSON.stringify(given) ?? "");
      if (plain === null) return;
      expect(parseInput(checkRequestSchema, given)).toEqual(plain);
    }),
    { numRuns: 5_000 },
  );
});

it("takes every usual body: the three fields in their bounds, of letters that JSON does not escape", () => {
  const unit = fc.string({ minLength: 1, maxLength: 1 }).filter((letter) => !/["\\]/.test(letter));
  const inBounds = fc.string({ unit, minLength: 1, maxLength: 127 });
  const usual = fc.record({ user_id: inBounds, organization_id: inBounds, permission: inBounds });
  fc.assert(
    fc.property(usual, (given) => {
      expect(parsePlainCheck(JSON.stringify(given))).toEqual(given);
    }),
  );
});

it("takes no body that reaches for a prototype, or that is no JSON", () => {
  const fields = '"user_id":"u","organization_id":"o"';
  for (const text of [
    `{${fields},"__proto__":{"permission":"p"}}`,
    `{${fields},"permission":"p","__proto__":{}}`,
    "{",
    "",
    "null",
  ]) {
    expect(parsePlainCheck(text)).toBeNull();
  }
});
