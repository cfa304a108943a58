import {
  eventSchema,
  memberSchema,
  organizationSchema,
  organizationWithStatsSchema,
  planSchema,
  resourceSchema,
  roleSchema,
  teamMemberSchema,
  teamSchema,
  userOrganizationSchema,
  userSchema,
} from "@tenantry/core";
import { z } from "zod";
import { tokenAnswerSchema } from "../auth/auth.contract.ts";
import type { Operation } from "../operation.ts";
import { operationIds, operations } from "../operations.ts";
import { pageOf } from "../page-of.ts";
import { problemSchema } from "../problem.ts";

export type JsonSchema = Readonly<Record<string, unknown>>;

/** Schemas with a fixed name in the document. All others are named after the first operation that uses them. */
const named: Readonly<Record<string, z.ZodType>> = {
  Event: eventSchema,
  Member: memberSchema,
  Organization: organizationSchema,
  OrganizationWithStats: organizationWithStatsSchema,
  Plan: planSchema,
  Problem: problemSchema,
  Resource: resourceSchema,
  Role: roleSchema,
  Team: teamSchema,
  TeamMember: teamMemberSchema,
  Tokens: tokenAnswerSchema,
  User: userSchema,
  UserOrganization: userOrganizationSchema,
};

/** The name of an answer's schema in the document. Operations with the same answer share it. */
export function answerName(schema: z.ZodType): string {
  for (const [name, known] of Object.entries(named)) {
    if (known === schema) return name;
    if (pageOf(known) === schema) return `${name}Page`;
  }
  return `${firstOperation((operation) => operation.answer === schema)}Answer`;
}

/** The name of a request body's schema in the document. */
export function bodyName(schema: z.ZodType): string {
  return `${firstOperation((operation) => operation.body === schema)}Body`;
}

function firstOperation(matches: (operation: Operation) => boolean): string {
  const found = operationIds.find((id) => matches(operations[id]));
  if (found === undefined) throw new Error("No operation uses the schema");
  return found.charAt(0).toUpperCase() + found.slice(1);
}

/** Every schema of the document: request bodies as clients may send them (defaults optional), answers as they are sent. */
export function componentSchemas(): Record<string, JsonSchema> {
  const answers = new Map<z.ZodType, string>();
  const bodies = new Map<z.ZodType, string>();
  for (const [name, schema] of Object.entries(named)) answers.set(schema, name);
  for (const id of operationIds) {
    const { answer, body }: Operation = operations[id];
    if (answer !== null) answers.set(answer, answerName(answer));
    if (body !== undefined) bodies.set(body, bodyName(body));
  }
  const all = { ...describe(answers, "output"), ...describe(bodies, "input") };
  return Object.fromEntries(Object.entries(all).sort(([a], [b]) => (a < b ? -1 : 1)));
}

function describe(
  schemas: ReadonlyMap<z.ZodType, string>,
  io: "input" | "output",
): Record<string, JsonSchema> {
  const registry = z.registry<{ id: string }>();
  for (const [schema, id] of schemas) registry.add(schema, { id });
  const uri = (id: string) => `#/components/schemas/${id}`;
  const { schemas: described } = z.toJSONSchema(registry, { io, uri });
  return Object.fromEntries(
    Object.entries(described).map(([name, schema]) => [name, tidy(schema) as JsonSchema]),
  );
}

/** A single schema, such as a parameter's. */
export function describeOne(schema: z.ZodType): JsonSchema {
  return tidy(z.toJSONSchema(schema, { io: "input" })) as JsonSchema;
}

const outsideDocument = new Set(["$schema", "$id", "$defs"]);

/**
 * Removes the keywords that belong only in a stand-alone schema. The bounds of safe integers are left out as noise.
 */
function tidy(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(tidy);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([key]) => !outsideDocument.has(key))
      .filter(([, one]) => one !== Number.MIN_SAFE_INTEGER && one !== Number.MAX_SAFE_INTEGER)
      .map(([key, one]) => [key, tidy(one)]),
  );
}
