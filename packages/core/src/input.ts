import type { z } from "zod";
import { describeFault } from "./describe-fault.ts";
import { DomainError, type FieldFault } from "./errors.ts";

/** Options for every parse of input: messages are ours. */
export const parsing = { error: describeFault } as const;

/**
 * Parses input. Unknown fields are refused by the schemas themselves (`z.strictObject`).
 *
 * @throws {DomainError} `invalid_input` with every fault and its place.
 */
export function parseInput<S extends z.ZodType>(schema: S, input: unknown): z.output<S> {
  const unstorable = unstorableFaults(input, maximumInputDepth);
  if (unstorable.length > 0) {
    throw new DomainError("invalid_input", summary(unstorable), { fields: unstorable });
  }
  const result = schema.safeParse(input, parsing);
  if (result.success) return result.data;
  const fields = inputFaults(result.error);
  throw new DomainError("invalid_input", summary(fields), { fields });
}

/** Deeper than any of our records. The limit protects later recursive code from exhausting the stack. */
const maximumInputDepth = 64;

/**
 * Finds text, keys included, that some database cannot store unchanged (half of a surrogate pair has no UTF-8, and
 * PostgreSQL has no U+0000), and values nested deeper than `maximumDepth`. It is done here for all fields, because a
 * field that forgot it would silently store something else.
 */
export function unstorableFaults(value: unknown, maximumDepth: number): FieldFault[] {
  const faults: FieldFault[] = [];
  const fault = (path: readonly string[], detail: string) =>
    faults.push({ pointer: pointer(path).toWellFormed(), detail });
  const visit = (inner: unknown, path: readonly string[]): void => {
    if (typeof inner === "string") {
      if (!isStorable(inner)) fault(path, "holds U+0000 or half of a character; remove it");
    } else if (typeof inner === "object" && inner !== null) {
      if (path.length < maximumDepth) visitFields(inner, path);
      else fault(path, `is nested deeper than ${maximumDepth}; make it flatter`);
    }
  };
  const visitFields = (fields: object, path: readonly string[]): void => {
    for (const [key, inner] of Object.entries(fields)) {
      if (isStorable(key)) visit(inner, [...path, key]);
      else fault(path, "has a key with U+0000 or half of a character; remove it");
    }
  };
  visit(value, []);
  return faults;
}

/** Whether every database stores the text unchanged. */
export function isStorable(text: string): boolean {
  return text.isWellFormed() && !text.includes("\0");
}

/** Every fault that a schema found, with its place. */
export function inputFaults(error: z.ZodError): FieldFault[] {
  return error.issues.flatMap(faultsOf);
}

function faultsOf(issue: z.core.$ZodIssue): FieldFault[] {
  if (issue.code === "unrecognized_keys") {
    return issue.keys.map((key) => ({
      pointer: pointer([...issue.path, key]),
      detail: "is not a known field; remove it",
    }));
  }
  return [{ pointer: pointer(issue.path), detail: issue.message }];
}

function summary(fields: readonly FieldFault[]): string {
  return fields.map((fault) => `${fault.pointer || "The body"}: ${fault.detail}`).join("; ");
}

/** The JSON pointer (RFC 6901) for a path. */
export function pointer(path: readonly PropertyKey[]): string {
  return path
    .map((part) => `/${String(part).replaceAll("~", "~0").replaceAll("/", "~1")}`)
    .join("");
}

type Given<T> = { [K in keyof T]: Exclude<T[K], undefined> };

/** Leaves out fields that are `undefined`: in an update, an absent field keeps its value. */
export function givenFields<T extends object>(fields: T): Given<T> {
  const given = Object.entries(fields).filter(([, value]) => value !== undefined);
  return Object.fromEntries(given) as Given<T>;
}
