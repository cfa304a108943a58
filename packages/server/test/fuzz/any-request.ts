import { type Operation, type OperationId, operationIds, operations } from "@tenantry/contract";
import { permissions } from "@tenantry/core";
import fc from "fast-check";
import { z } from "zod";
import type { MatrixFixture } from "../matrix/matrix-fixture.ts";
import { type Relation, relations } from "../matrix/relations.ts";
import {
  anyPlace,
  type JsonSchema,
  jsonText,
  oddStrings,
  stringText,
  type Text,
} from "./json-text.ts";
import type { KnownValues } from "./known-values.ts";
import type { Surroundings } from "./surroundings.ts";

/** A request as it goes over the wire, but for its credential. */
export interface AnyRequest {
  readonly id: OperationId;
  readonly as: Relation;
  readonly method: string;
  /** With its query. */
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | Buffer | undefined;
  readonly isDryRun: boolean;
}

/** A request that is whole once it is known what the server has, and who is who. */
export type RequestDraft = (at: Pick<Surroundings, "known" | "fixture">) => AnyRequest;

type Fields = (known: KnownValues) => readonly (readonly [string, string])[];

/** Of every operation of the contract, by everybody; half of the requests are such as the contract asks for, the others wild. */
export function anyRequest(): fc.Arbitrary<RequestDraft> {
  return fc.oneof(
    ...operationIds.flatMap((id) => {
      const weight = weightOf(operations[id]);
      return [false, true].map((wild) => ({ arbitrary: requestOf(id, wild), weight }));
    }),
  );
}

/** There is more to go wrong in a mutation than in a list, and next to nothing where nothing is taken. */
function weightOf({ effect, tag }: Operation): number {
  if (tag === "Operational") return 1;
  return effect === "read" ? 3 : 6;
}

/** Everybody; most often those who get far. */
function relationTo({ permission }: Operation): fc.Arbitrary<Relation> {
  const above: readonly Relation[] = ["administrator", "operator"];
  if (permission === "own_membership") return fc.constantFrom(...relations, "invited", "invited");
  const far = permission in permissions ? (["owner", "admin", ...above] as const) : above;
  return fc.oneof(fc.constantFrom(...relations), fc.constantFrom(...far));
}

function requestOf(id: OperationId, wild: boolean): fc.Arbitrary<RequestDraft> {
  const operation: Operation = operations[id];
  const methods = [operation.method, ...(operation.alsoPut ? (["PUT"] as const) : [])];
  return fc
    .record({
      as: relationTo(operation),
      method: fc.constantFrom(...methods),
      path: pathOf(operation, wild),
      query: queryOf(operation, wild),
      headers: headersOf(operation, wild),
      body: bodyOf(operation, wild),
    })
    .map((parts) => (at) => {
      const known = at.known.askedBy(idOf(parts.as, at.fixture));
      const query = parts.query(known).map((pair) => pair.map(encode).join("="));
      const body = parts.body(known);
      return {
        id,
        as: parts.as,
        method: parts.method,
        path: parts.path(known) + (query.length === 0 ? "" : `?${query.join("&")}`),
        headers: {
          ...(body !== undefined && { "content-type": "application/json" }),
          ...Object.fromEntries(parts.headers(known)),
        },
        body,
        isDryRun: operation.effect === "mutation" && query.includes("dry_run=true"),
      };
    });
}

function idOf(relation: Relation, { people }: MatrixFixture): string | undefined {
  return relation === "anonymous" || relation === "operator" ? undefined : people[relation].id;
}

/** As `encodeURIComponent`, with half of a character as the three bytes that stand for it nowhere; dots too, which would climb. */
function encode(text: string): string {
  return [...text]
    .map((one) => (/[\ud800-\udfff]/.test(one) && one.length === 1 ? "%ED%A0%80" : one))
    .map((one) => (one === "%ED%A0%80" ? one : encodeURIComponent(one)))
    .join("");
}

/** Longer than that, all that is tried is the limit of a path. */
const longestOddText = 3_000;
const oddText = fc.constantFrom(
  ...oddStrings.filter((text) => text !== "" && text.length <= longestOddText),
);

function pathOf({ path }: Operation, wild: boolean): fc.Arbitrary<Text> {
  const pieces = path.split(/(\{[^}]+\})/).map((piece): fc.Arbitrary<Text> => {
    if (!piece.startsWith("{")) return fc.constant(() => piece);
    const name = piece.slice(1, -1);
    const there = anyPlace.map(
      (n): Text =>
        (known) =>
          encode(known.pick(name, n)),
    );
    if (!wild) return there;
    const odd = fc.oneof(
      oddText.map(encode),
      fc.constantFrom("%", "%zz", "%ff", "%C0%AF", "%00", "%2F", "%2e%2e", "x".repeat(2_100)),
    );
    return fc.oneof(
      { arbitrary: there, weight: 8 },
      { arbitrary: odd.map((text) => () => text), weight: 1 },
    );
  });
  return fc.tuple(...pieces).map((texts) => (known) => texts.map((text) => text(known)).join(""));
}

function queryOf({ query, effect }: Operation, wild: boolean): fc.Arbitrary<Fields> {
  const described = (
    query === undefined ? {} : z.toJSONSchema(query, { io: "input" })
  ) as JsonSchema;
  const given = Object.entries(described.properties ?? {}).map(([name, schema]) => {
    const value =
      schema.type === "string" ? stringText(schema, name) : jsonText(schema, name, false);
    const isRequired = described.required?.includes(name) ?? false;
    return field(name, value, isRequired ? [1] : [0, 0, 0, 1], wild);
  });
  if (effect === "mutation")
    given.push(field("dry_run", anyOf("true", "true", "false"), [0, 1], wild));
  if (wild) {
    const name = fc.oneof(
      { arbitrary: fc.constant(""), weight: 12 },
      { arbitrary: oddText, weight: 1 },
    );
    given.push(name.map((one) => () => (one === "" ? [] : [[one, "1"]])));
  }
  return fc.tuple(...given).map((all) => (known) => all.flatMap((one) => one(known)));
}

function anyOf(...texts: readonly string[]): fc.Arbitrary<Text> {
  return fc.constantFrom(...texts).map((text) => () => text);
}

function field(
  name: string,
  value: fc.Arbitrary<Text>,
  times: readonly number[],
  wild: boolean,
): fc.Arbitrary<Fields> {
  const odd: fc.Arbitrary<Text> = fc
    .oneof(
      oddText,
      fc.constantFrom("", "-1", "1e3", "0x10", "9007199254740993", "TRUE", "99999999999999999999"),
    )
    .map((text) => () => text);
  const values = wild
    ? fc.oneof({ arbitrary: value, weight: 8 }, { arbitrary: odd, weight: 1 })
    : value;
  const often = wild ? [...times, ...times, ...times, ...times, 2] : times;
  return fc.tuple(fc.constantFrom(...often), values).map(
    ([n, text]) =>
      (known) =>
        Array.from({ length: n }, () => [name, text(known)] as const),
  );
}

const oddHeaders: Readonly<Record<string, readonly string[]>> = {
  "if-match": [
    "",
    "*",
    "7",
    '"',
    '""',
    'W/"1"',
    '"1","2"',
    '"1", "1"',
    '"999999999999999"',
    "\u00e9",
  ],
  "idempotency-key": ["", '"', '"k1"', "k 1", "k".repeat(256), "\u00e9", "k,1"],
  "tenantry-tenant": [
    "",
    "nowhere",
    "gone",
    "__proto__",
    "\u00e9",
    "t".repeat(300),
    "default,other",
  ],
  "tenantry-consistency": ["", "STRONG", "strong,strong", "cached"],
  "content-type": [
    "",
    "text/plain",
    "application/json; charset=utf-16",
    "application/json;",
    "application/x-www-form-urlencoded",
    "application/merge-patch+json",
    "a".repeat(300),
  ],
  authorization: [
    "",
    "Bearer",
    "Bearer ",
    "Bearer x",
    "Bearer a.b.c",
    "Basic eDp5",
    "bearer \u00e9",
  ],
  "x-request-id": ["", "r 1", "r".repeat(200)],
  traceparent: ["", "00-0-0-0"],
  "content-encoding": ["gzip"],
  accept: ["", "text/html", "*/*;q=0"],
};

function headersOf({ effect, ifMatch }: Operation, wild: boolean): fc.Arbitrary<Fields> {
  const usual: fc.Arbitrary<Fields>[] = [
    field("tenantry-tenant", anyOf("default", "default", "other"), [0, 0, 0, 0, 1], false),
    field("tenantry-consistency", anyOf("strong"), [0, 0, 0, 0, 1], false),
  ];
  if (ifMatch) {
    const tag = anyPlace.map(
      (n): Text =>
        (known) =>
          known.pick("if-match", n),
    );
    usual.push(field("if-match", tag, [0, 0, 0, 1], false));
  }
  if (effect === "mutation") {
    usual.push(field("idempotency-key", anyOf("k1", "k2", "k3", "k4"), [0, 0, 1], false));
  }
  if (wild) {
    for (const [name, values] of Object.entries(oddHeaders)) {
      usual.push(field(name, anyOf(...values), [...Array<number>(24).fill(0), 1], false));
    }
  }
  return fc.tuple(...usual).map((all) => (known) => all.flatMap((one) => one(known)));
}

type Body = (known: KnownValues) => string | Buffer | undefined;

const brokenBodies: readonly (string | Buffer)[] = [
  "",
  " ",
  "{",
  "undefined",
  "NaN",
  "{'a':1}",
  '{"a":1,}',
  "\ufeff{}",
  '{"name":"\ud800"}',
  Buffer.from([0x7b, 0x22, 0xff, 0x22, 0x3a, 0x31, 0x7d]),
  Buffer.from([0x1f, 0x8b, 0x08]),
  `{"name":"${"x".repeat(1024 * 1024)}"}`,
];

function bodyOf({ body, isBodyOptional }: Operation, wild: boolean): fc.Arbitrary<Body> {
  const none: fc.Arbitrary<Body> = fc.constant(() => undefined);
  const broken: fc.Arbitrary<Body> = fc.constantFrom(...brokenBodies).map((text) => () => text);
  if (body === undefined) {
    if (!wild) return none;
    const some: fc.Arbitrary<Body> = jsonText({}, "", true);
    return fc.oneof({ arbitrary: none, weight: 8 }, some, broken);
  }
  const schema = z.toJSONSchema(body, { io: "input" }) as JsonSchema;
  const given: fc.Arbitrary<Body> = jsonText(schema, "", wild);
  if (!wild) return isBodyOptional ? fc.oneof(given, none) : given;
  return fc.oneof({ arbitrary: given, weight: 18 }, none, broken);
}
