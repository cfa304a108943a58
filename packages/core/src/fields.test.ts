import { expect, test } from "vitest";
import { z } from "zod";
import { jsonObjectField } from "./fields.ts";

const nested = (value: unknown) => ({ deep: [{ value }] });

const values: Readonly<Record<string, unknown>> = {
  text: "text",
  zero: 0,
  "negative zero": -0,
  true: true,
  null: null,
  "an empty list": [],
  "a list of lists": [[1], [null]],
  "an object without a prototype": Object.create(null),
  undefined: undefined,
  NaN: Number.NaN,
  Infinity: Number.POSITIVE_INFINITY,
  "a bigint": 1n,
  "a symbol": Symbol("s"),
  "a function": () => 1,
  "a date": new Date(0),
  "a map": new Map(),
  "a buffer": Buffer.from("x"),
  "an object that describes itself": new (class {
    toJSON() {
      return 1;
    }
  })(),
  "a list with a hole": new Array(1),
  "a list with undefined": [1, undefined],
};

test.each(Object.entries(values))(
  "takes %s in a JSON object exactly if zod's own JSON schema does",
  (_, value) => {
    const reference = z.record(z.string(), z.json());
    for (const object of [{ value }, nested(value)]) {
      const isJson = reference.safeParse(object).success;
      const parsed = jsonObjectField.safeParse(object);
      expect(parsed.success).toBe(isJson);
      if (isJson) expect(parsed.data).toEqual(object);
      else expect(parsed.error?.issues[0]?.message).toMatch(/^is not JSON; give /);
    }
  },
);
