import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { type DomainError, parseInput } from "@tenantry/core";
import { describe, expect, it } from "vitest";
import { z } from "zod";
import { errorCodes, renderErrorPage } from "./errors/error-page.ts";
import { buildOpenApi } from "./openapi/openapi.ts";
import { errorCodesOf, type Operation, parameterNames } from "./operation.ts";
import { operationIds, operations } from "./operations.ts";
import { statusOf } from "./problem.ts";

function rowOf(id: (typeof operationIds)[number]): Operation {
  return operations[id];
}

const wrongValues = [
  undefined,
  null,
  true,
  -1,
  1.5,
  1e9,
  Number.POSITIVE_INFINITY,
  "",
  "x".repeat(3_000),
  "-",
  [],
  [7],
  Array(501).fill("x"),
  {},
  { "A b": null },
  { a: Number.NaN },
];

/** What is said of each field for each of these values, and of each of these values in place of the whole. */
function faultsOf(schema: z.ZodType | undefined): string[] {
  if (schema === undefined) return [];
  const fields = schema instanceof z.ZodObject ? Object.keys(schema.shape) : [];
  const inputs = wrongValues.flatMap((value) => [
    value,
    ...fields.map((name) => ({ [name]: value })),
  ]);
  return inputs.flatMap((input) => {
    try {
      parseInput(schema, input);
      return [];
    } catch (error) {
      return (error as DomainError).fields.map(({ detail }) => detail);
    }
  });
}

describe("the table", () => {
  it("holds every row of every feature's contract", () => {
    const here = fileURLToPath(new URL(".", import.meta.url));
    const written = readdirSync(here, { recursive: true, encoding: "utf8" })
      .filter((path) => path.endsWith(".contract.ts"))
      .flatMap((path) => readFileSync(here + path, "utf8").match(/^ {2}\w+: \{$/gm) ?? [])
      .map((line) => line.trim().split(":")[0]);
    expect(written.sort()).toEqual([...operationIds].sort());
  });

  it("gives each method of each path to one operation", () => {
    const taken = operationIds.flatMap((id) => {
      const { method, alsoPut, path } = rowOf(id);
      return [method, ...(alsoPut ? ["PUT"] : [])].map(
        (one) => `${one} ${path.replaceAll(/\{\w+\}/g, "{}")}`,
      );
    });
    expect(new Set(taken).size).toBe(taken.length);
  });

  it.each(operationIds)("%s: what it says of itself fits together", (id) => {
    const {
      answer,
      body,
      effect,
      errors,
      etag,
      ifMatch,
      isBodyOptional,
      location,
      method,
      status,
    } = rowOf(id);
    const fields = answer instanceof z.ZodObject ? Object.keys(answer.shape) : [];
    if (etag !== undefined) expect(fields).toContain(etag);
    for (const name of parameterNames(location ?? "")) expect(fields).toContain(name.split(".")[0]);
    expect(location !== undefined).toBe(status === 201);
    expect(answer === null).toBe(status === 204);
    expect(effect === "read" || method !== "GET").toBe(true);
    if (ifMatch) expect(effect).toBe("mutation");
    if (method === "GET" || method === "DELETE") expect(body).toBeUndefined();
    if (isBodyOptional) expect(body?.safeParse({}).success).toBe(true);
    expect(new Set(errors).size).toBe(errors.length);
  });

  it.each(operationIds)(
    "%s: says in words of ours what is wrong with a field, and what is owed",
    (id) => {
      const { body, query } = rowOf(id);
      for (const schema of [body, query]) {
        for (const detail of faultsOf(schema)) {
          expect(detail).not.toMatch(/Invalid|expected|received|Too (small|big)|undefined/);
        }
      }
    },
  );

  it.each(operationIds)("%s: its example is one that it would take", (id) => {
    const { body, example } = rowOf(id);
    if (example?.body !== undefined)
      expect(body?.safeParse(example.body).error?.issues).toBeUndefined();
  });
});

describe("the document", () => {
  const document = buildOpenApi("0.0.0");

  it("describes every operation, PUT beside PATCH", () => {
    const described = Object.values(document.paths).flatMap((path) =>
      Object.values(path).map((operation) => (operation as { operationId: string }).operationId),
    );
    const twice = operationIds.filter((id) => rowOf(id).alsoPut).map((id) => `${id}ByPut`);
    expect(described.sort()).toEqual([...operationIds, ...twice].sort());
  });

  it("names every error status that an operation's codes have", () => {
    for (const id of operationIds) {
      const { path, method } = rowOf(id);
      const operation = document.paths[path]?.[method.toLowerCase()] as { responses: object };
      const statuses = errorCodesOf(rowOf(id)).map((code) => String(statusOf(code)));
      expect(Object.keys(operation.responses)).toEqual(expect.arrayContaining(statuses));
    }
  });

  it("refers to nothing that it does not have, and to nothing of the schemas' own", () => {
    const text = JSON.stringify(document);
    const names = [...text.matchAll(/"\$ref":"#\/components\/(\w+)\/(\w+)"/g)];
    const { components } = JSON.parse(text);
    for (const [, kind = "", name = ""] of names) expect(components[kind]).toHaveProperty(name);
    expect(text.match(/"\$ref":"(?!#\/components\/)/)).toBeNull();
    expect(text).not.toMatch(/__shared|\$defs|9007199254740991/);
  });
});

describe("an error page", () => {
  it.each(errorCodes)("of %s says what it is, its status and what to do", (code) => {
    const page = renderErrorPage(code);
    expect(page).toMatch(new RegExp(`^# ${code}\n\n`));
    expect(page).toContain(`| HTTP status | ${statusOf(code)} |`);
    expect(page.split("\n\n")[2]?.length).toBeGreaterThan(20);
  });
});
