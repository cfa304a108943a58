import type { z } from "zod";

/**
 * The message for an invalid value whose schema has no message of its own. Every parse of input uses it, so that
 * users never read about schemas.
 */
export function describeFault(issue: z.core.$ZodRawIssue): string {
  switch (issue.code) {
    case "invalid_type":
      return describeType(issue.expected, issue.input);
    case "invalid_value":
      return missing(issue.input, choiceOf(issue.values)) ?? `is not ${choiceOf(issue.values)}`;
    case "too_small":
      return describeSmall(issue.origin, Number(issue.minimum));
    case "too_big":
      return describeBig(issue.origin, Number(issue.maximum));
    case "invalid_key":
      return `cannot be a key: ${issue.issues.map(({ message }) => message).join(", ")}`;
    default:
      return missing(issue.input, "a value") ?? "is not a value that this field takes";
  }
}

const nouns: Readonly<Record<string, string>> = {
  string: "text",
  number: "a number",
  int: "a whole number",
  boolean: "true or false",
  object: "an object",
  record: "an object",
  array: "a list",
};

function describeType(expected: string, input: unknown): string {
  const owed = nouns[expected] ?? expected;
  return missing(input, owed) ?? `is not ${owed}`;
}

function missing(input: unknown, owed: string): string | undefined {
  return input === undefined ? `is missing; give ${owed}` : undefined;
}

/** `active, suspended or deleted`. */
function choiceOf(values: readonly z.core.util.Primitive[]): string {
  const names = values.map(String);
  const last = names.pop();
  return names.length === 0 ? `${last}` : `${names.join(", ")} or ${last}`;
}

function describeSmall(origin: string, minimum: number): string {
  if (origin === "string") {
    return minimum === 1 ? "is empty; give some text" : `is shorter than ${minimum} characters`;
  }
  if (origin === "array") return `holds fewer than ${minimum}; give more`;
  return `is less than ${minimum}; give at least ${minimum}`;
}

function describeBig(origin: string, maximum: number): string {
  if (origin === "string") return `is longer than ${maximum} characters`;
  if (origin === "array") return `holds more than ${maximum}`;
  return `is more than ${maximum}; give at most ${maximum}`;
}
