import { DomainError, type FieldFault, parseInput } from "@tenantry/core";
import { z } from "zod";

type Reader = (text: string) => unknown;

/** Parses a query string by its schema. Reports fields that are unknown, repeated or malformed. */
export type QueryParser = (query: unknown) => Record<string, unknown>;

/**
 * Makes a parser for a query. Query values are text; numbers and booleans are converted according to the schema, only
 * here. Text that cannot be converted stays as it is, and the schema reports it.
 */
export function createQueryParser(schema: z.ZodObject): QueryParser {
  const readers = new Map<string, Reader>();
  for (const [name, field] of Object.entries(schema.shape)) {
    const reader = readerOf(field as z.ZodType);
    if (reader !== undefined) readers.set(name, reader);
  }
  return (query) => {
    // Without a prototype, so that a field named `__proto__` is a field like any other.
    const given: Record<string, unknown> = Object.create(null);
    const repeated: FieldFault[] = [];
    for (const [name, value] of Object.entries(query as Record<string, unknown>)) {
      if (typeof value !== "string") {
        repeated.push({ pointer: `/${name}`, detail: "is given more than once" });
      } else {
        given[name] = readers.get(name)?.(value) ?? value;
      }
    }
    if (repeated.length > 0) throw repeatedFields(repeated);
    return parseInput(schema, given);
  };
}

function repeatedFields(fields: readonly FieldFault[]): DomainError {
  const names = fields.map(({ pointer }) => pointer).join(", ");
  return new DomainError("invalid_input", `${names}: give it once`, { fields });
}

function readerOf(field: z.ZodType): Reader | undefined {
  const inner = withoutWrappers(field);
  if (inner instanceof z.ZodNumber) return readNumber;
  if (inner instanceof z.ZodBoolean) return readBoolean;
  return undefined;
}

function withoutWrappers(field: z.ZodType): z.ZodType {
  let inner = field;
  while (inner instanceof z.ZodOptional || inner instanceof z.ZodDefault) {
    inner = inner.unwrap() as z.ZodType;
  }
  return inner;
}

function readNumber(text: string): unknown {
  return /^-?\d{1,15}$/.test(text) ? Number(text) : undefined;
}

function readBoolean(text: string): unknown {
  if (text === "true") return true;
  if (text === "false") return false;
  return undefined;
}
