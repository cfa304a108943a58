import {
  errorCodesOf,
  type Operation,
  type OperationId,
  type Operations,
  operations,
  type Problem,
  problemSchema,
  statusOf,
} from "@tenantry/contract";
import { expect } from "vitest";
import type { z } from "zod";
import { operatorKey } from "./test-server.ts";

export interface CallOptions {
  readonly params?: Readonly<Record<string, string>>;
  readonly query?: Readonly<Record<string, string | number | boolean>>;
  readonly body?: unknown;
  /** A token; `operator` is the operator's key, and without it nobody calls. */
  readonly as?: string | undefined;
  readonly headers?: Readonly<Record<string, string>>;
  readonly method?: string;
}

/** An answer that the contract has looked at: `body` where it is a success, `problem` where it is not. */
export interface Answered<Id extends OperationId = OperationId> {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  readonly body: BodyOf<Operations[Id]>;
  readonly problem: Problem;
}

type BodyOf<O extends Operation> = O["answer"] extends z.ZodType
  ? z.output<O["answer"]>
  : undefined;

export type Client = <Id extends OperationId>(
  id: Id,
  options?: CallOptions,
) => Promise<Answered<Id>>;

/**
 * Calls operations over HTTP and holds every answer to the contract: the status, the body's schema, the ETag, and for an error a problem
 * document whose code the operation has said that it gives.
 */
export function createClient(address: string): Client {
  return async (id, options = {}) => {
    const operation: Operation = operations[id];
    const response = await fetch(urlOf(address, operation, options), {
      method: options.method ?? operation.method,
      headers: headersOf(options),
      body: bodyOf(options.body),
    });
    const { text, ...parsed } = await readByContract(id, response);
    const answered = { status: response.status, headers: response.headers, text };
    // Only one of the two is there; a test that reads the other one fails where it does.
    return { ...answered, ...parsed } as never;
  };
}

/** Reads an answer and holds it to what the contract says of the operation, as {@link createClient} does. */
export async function readByContract(
  id: OperationId,
  response: Response,
): Promise<{ readonly text: string; readonly body?: unknown; readonly problem?: Problem }> {
  const operation: Operation = operations[id];
  const text = await response.text();
  return response.ok
    ? { text, body: checkSuccess(id, operation, response, text) }
    : { text, problem: checkProblem(operation, response, text) };
}

/** Something for each query parameter that an operation cannot do without, where a test is about its body. */
export function neededQuery(id: OperationId): Readonly<Record<string, string>> {
  const { query }: Operation = operations[id];
  const needed = Object.entries(query?.shape ?? {}).filter(
    ([, schema]) => !(schema as z.ZodType).safeParse(undefined).success,
  );
  return Object.fromEntries(needed.map(([name]) => [name, "x"]));
}

function urlOf(address: string, operation: Operation, { params, query }: CallOptions): string {
  const path = operation.path.replaceAll(/\{([^}]+)\}/g, (_, name: string) => {
    const value = params?.[name];
    if (value === undefined) throw new Error(`${operation.path} wants ${name}`);
    return encodeURIComponent(value);
  });
  const url = new URL(path, address);
  for (const [name, value] of Object.entries(query ?? {}))
    url.searchParams.set(name, String(value));
  return url.href;
}

function headersOf({ as, headers, body }: CallOptions): Record<string, string> {
  return {
    ...(as !== undefined && { authorization: `Bearer ${as === "operator" ? operatorKey : as}` }),
    ...(body !== undefined && { "content-type": "application/json" }),
    ...headers,
  };
}

function bodyOf(body: unknown): string | null {
  if (body === undefined) return null;
  return typeof body === "string" ? body : JSON.stringify(body);
}

function checkSuccess(
  id: OperationId,
  operation: Operation,
  response: Response,
  text: string,
): unknown {
  expect(response.status, `${id} succeeds with`).toBe(operation.status);
  if (operation.answer === null) {
    expect(text).toBe("");
    return undefined;
  }
  const body = operation.mediaType === undefined ? JSON.parse(text) : text;
  const result = operation.answer.safeParse(body);
  expect(result.error?.issues, `${id} answers by its schema`).toBeUndefined();
  if (operation.etag !== undefined) {
    expect(response.headers.get("etag"), `${id} has an ETag`).toBe(`"${body[operation.etag]}"`);
  }
  return body;
}

function checkProblem(operation: Operation, response: Response, text: string): Problem {
  expect(response.headers.get("content-type")).toBe("application/problem+json; charset=utf-8");
  const problem = problemSchema.parse(JSON.parse(text));
  const codes: readonly string[] = errorCodesOf(operation);
  expect([...codes, "route_not_found", "method_not_allowed"]).toContain(problem.code);
  expect(problem.status).toBe(response.status);
  expect(statusOf(problem.code as never)).toBe(response.status);
  expect(response.headers.get("x-request-id")).toBe(problem.request_id);
  expect(response.headers.has("www-authenticate")).toBe(response.status === 401);
  expect(text).not.toMatch(/node_modules|\bat .*\.ts:\d+/);
  return problem;
}
