import { DomainError, type FieldFault, parseInput } from "@tenantry/core";
import { z } from "zod";

type Reader = (text: string) => unknown;

/** Reads a query string by its schema: names what is unknown, given twice or of the wrong form. */
export type QueryParser = (query: unknown) => Record<string, unknown>;

/**
 * A query's fields come as text. Numbers and booleans are read out of it by what the schema says a field is, in this one place; text
 * that is neither stays as it is, and the schema says what is owed.
 */
export function createQueryParser(schema: z.ZodObject): QueryParser {
  const readers = new Map<string, Reader>();
  for (const [name, field] of Object.entries(schema.shape)) {
    const reader = readerOf(field as z.ZodType);
    if (reader !== undefined) readers.set(name, reader);
  }
  return (query) => {
    // Without a prototype, so that a field of that name is one like any other.
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
