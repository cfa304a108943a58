import fc from "fast-check";
import type { KnownValues } from "./known-values.ts";

/** Text that is whole once it is known what the server has: ids of what is there stand in it. */
export type Text = (known: KnownValues) => string;

/** What is read of a JSON Schema. */
export interface JsonSchema {
  readonly type?: string;
  readonly enum?: readonly string[];
  readonly const?: unknown;
  readonly anyOf?: readonly JsonSchema[];
  readonly properties?: Readonly<Record<string, JsonSchema>>;
  readonly required?: readonly string[];
  readonly additionalProperties?: JsonSchema | false;
  readonly items?: JsonSchema;
  readonly pattern?: string;
  readonly format?: string;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly maxLength?: number;
  readonly minLength?: number;
}

const fixed =
  (text: string): Text =>
  () =>
    text;

/** Strings that trip whoever takes text for ASCII, for a key of an object, for SQL or for a path. */
export const oddStrings: readonly string[] = [
  "",
  " ",
  "\u0000",
  "a\u0000b",
  "\ud800",
  "x\udc00y",
  "__proto__",
  "constructor",
  "toString",
  "hasOwnProperty",
  "*",
  "%",
  "_",
  "'",
  '"',
  "\\",
  "\n",
  "..",
  "a/b",
  "null",
  "e\u0301",
  "\u00e9",
  "\u212a",
  "\u017f",
  "\u0130",
  "\ufb03",
  "\u202eabc",
  "\ufeff",
  "😀",
  "𝓐",
  "x".repeat(64),
  "x".repeat(256),
  "é".repeat(255),
  "😀".repeat(128),
  "x".repeat(70_000),
];

/** Values of other types, beyond bounds, and texts that are no value in JSON but nearly one. */
const oddValues: readonly string[] = [
  "null",
  "true",
  "false",
  "0",
  "-0",
  "-1",
  "0.1",
  "1e2",
  "1e309",
  "-1e309",
  "9007199254740993",
  "2147483648",
  "-2147483649",
  "123456789012345678901234567890",
  "[]",
  "[null]",
  "{}",
  '{"__proto__":{"x":1}}',
  '{"constructor":{"prototype":{"x":1}}}',
  '{"constructor":1}',
  '{"toString":1,"valueOf":2,"then":3}',
  '{"":{"":""}}',
  '{"a":1,"a":2}',
  nested(30),
  nested(70),
  nested(4_000),
];

function nested(depth: number): string {
  return '{"a":['.repeat(depth) + "]}".repeat(depth);
}

const oddText: fc.Arbitrary<Text> = fc
  .oneof(
    fc.constantFrom(...oddStrings).map((text) => JSON.stringify(text)),
    fc.constantFrom(...oddValues),
    fc.json({ maxDepth: 3 }),
  )
  .map(fixed);

/**
 * JSON text by a schema. What is `wild` has here and there something else in a value's place, a field missing, twice or of another name.
 *
 * @param name The field that it is for: where it names something, it mostly names something that is there.
 */
export function jsonText(schema: JsonSchema, name: string, wild: boolean): fc.Arbitrary<Text> {
  const tame = tameText(schema, name, wild);
  if (!wild) return tame;
  return fc.oneof({ arbitrary: tame, weight: 11 }, { arbitrary: oddText, weight: 1 });
}

function tameText(schema: JsonSchema, name: string, wild: boolean): fc.Arbitrary<Text> {
  if (schema.anyOf !== undefined) {
    return fc.oneof(...schema.anyOf.map((one) => jsonText(one, name, wild)));
  }
  if (schema.const !== undefined) return fc.constant(fixed(JSON.stringify(schema.const)));
  switch (schema.type) {
    case "null":
      return fc.constant(fixed("null"));
    case "boolean":
      return fc.constantFrom("true", "false").map(fixed);
    case "integer":
      return integerText(schema).map(fixed);
    case "string":
      return stringText(schema, name).map((text) => (known) => JSON.stringify(text(known)));
    case "array":
      return arrayText(schema, name, wild);
    case "object":
      return schema.properties === undefined
        ? mapText(schema, name, wild)
        : objectText(schema, schema.properties, wild);
    default:
      // Any JSON.
      return fc.json({ maxDepth: 2, noUnicodeString: false }).map(fixed);
  }
}

function integerText({ minimum, maximum }: JsonSchema): fc.Arbitrary<string> {
  const least = minimum ?? 0;
  const most = maximum ?? Number.MAX_SAFE_INTEGER;
  const bounds = fc.constantFrom(least, most);
  return fc.oneof(fc.integer({ min: least, max: Math.min(most, least + 50) }), bounds).map(String);
}

/** Where a value stands among those that are known: most often in front. */
export const anyPlace = fc.oneof(fc.constant(0), fc.constant(0), fc.nat(6), fc.nat(1_000));

/** A string that the schema takes, mostly. */
export function stringText(schema: JsonSchema, name: string): fc.Arbitrary<Text> {
  if (schema.enum !== undefined) return fc.constantFrom(...schema.enum).map(fixed);
  if (schema.format === "uri") return fc.webUrl().map(fixed);
  const known = anyPlace.map(
    (n): Text =>
      (values) =>
        values.pick(name, n),
  );
  return fc.oneof({ arbitrary: known, weight: 3 }, { arbitrary: newString(schema), weight: 1 });
}

function newString({ pattern, maxLength = 255, minLength = 0 }: JsonSchema): fc.Arbitrary<Text> {
  if (pattern?.includes("@")) return fc.nat(10_000).map((n) => fixed(`new-${n}@example.com`));
  if (pattern?.includes("(?=")) return fc.domain().map((text) => fixed(text.toLowerCase()));
  if (pattern !== undefined) {
    return fc.stringMatching(new RegExp(pattern)).map((text) => fixed(text.slice(0, maxLength)));
  }
  return fc
    .oneof(
      fc.string({ unit: "grapheme", minLength, maxLength: Math.min(maxLength, 20) }),
      fc.constant("n".repeat(Math.min(maxLength, 3_000))),
    )
    .map(fixed);
}

function arrayText({ items = {} }: JsonSchema, name: string, wild: boolean): fc.Arbitrary<Text> {
  return fc
    .array(jsonText(items, name, wild), { maxLength: 3 })
    .map((texts) => (known) => `[${texts.map((text) => text(known)).join(",")}]`);
}

function mapText(schema: JsonSchema, name: string, wild: boolean): fc.Arbitrary<Text> {
  const value = jsonText(schema.additionalProperties || {}, name, wild);
  const key = wild
    ? fc.oneof(fc.constantFrom(...oddStrings), fc.string())
    : fc.stringMatching(/^[a-z]{1,8}$/);
  return fc.array(fc.tuple(key, value), { maxLength: 3 }).map(joined);
}

function joined(entries: readonly (readonly [string, Text])[]): Text {
  return (known) =>
    `{${entries.map(([key, value]) => `${JSON.stringify(key)}:${value(known)}`).join(",")}}`;
}

function objectText(
  { required = [] }: JsonSchema,
  properties: Readonly<Record<string, JsonSchema>>,
  wild: boolean,
): fc.Arbitrary<Text> {
  const fields = Object.entries(properties).map(([name, schema]) => {
    const times = required.includes(name)
      ? wild
        ? fc.constantFrom(1, 1, 1, 1, 1, 1, 1, 1, 0, 2)
        : fc.constant(1)
      : fc.constantFrom(0, 0, 0, 1);
    return fc
      .tuple(times, jsonText(schema, name, wild))
      .map(([n, value]) => Array.from({ length: n }, () => [name, value] as const));
  });
  const extra = wild
    ? fc.oneof(
        { arbitrary: fc.constant([]), weight: 12 },
        { arbitrary: fc.tuple(fc.constantFrom(...oddStrings), oddText).map((e) => [e]), weight: 1 },
      )
    : fc.constant([]);
  return fc
    .tuple(fc.tuple(...fields), extra)
    .map(([some, more]) => joined([...some.flat(), ...more]));
}
