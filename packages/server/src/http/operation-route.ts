import { type Operation, type OperationId, operations } from "@tenantry/contract";
import { type Context, DomainError, parseInput } from "@tenantry/core";
import type { FastifyReply, FastifyRequest, RouteHandlerMethod, RouteOptions } from "fastify";
import { z } from "zod";
import type { Caller, Door } from "../auth/credentials.ts";
import { findCallerContext } from "../auth/find-caller-context.ts";
import type { ServerParts } from "../server-parts.ts";
import type { Call } from "./call.ts";
import { readConsistency, readIdempotencyKey, readIfMatch } from "./conditional-headers.ts";
import { present } from "./present.ts";
import { createQueryParser, type QueryParser } from "./query.ts";
import { stateOf } from "./request-state.ts";

/** A handler of whichever operation: the compiler has matched the two where the routes are put together. */
type AnyHandler = (call: never) => unknown;

/** What the framework needs to answer an operation of the contract, as a plain route. */
export function operationRoute(
  server: ServerParts,
  id: OperationId,
  handler: AnyHandler,
): RouteOptions {
  const operation: Operation = operations[id];
  return {
    method: operation.alsoPut ? [operation.method, "PUT"] : operation.method,
    url: operation.path.replaceAll(/\{([^}]+)\}/g, ":$1"),
    config: { permission: operation.permission },
    onRequest: (request, reply) => admit(server, id, operation, request, reply),
    handler: operationHandler(server, operation, handler),
  };
}

/**
 * Lets a request in before its body is read: who calls, in which tenant, and whether they called too often. Whether they may do it is
 * the use case's to decide, where it knows the organization.
 */
export async function admit(
  server: ServerParts,
  id: OperationId,
  operation: Operation,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<void> {
  const state = stateOf(request, id);
  void reply.header("x-request-id", state.requestId);
  if (state.traceparent !== undefined) void reply.header("traceparent", state.traceparent);
  if (operation.tag === "Operational") return;
  const door = {
    tenant: request.headers["tenantry-tenant"]?.toString(),
    requestId: state.requestId,
  };
  const caller = await findCaller(server, door, request, reply);
  await countRequest(server, operation, caller, request, reply);
  if (operation.permission !== "anonymous" && caller.actor.type === "anonymous") {
    throw new DomainError("authentication_required", "Send a token: Authorization: Bearer …");
  }
  const context = await findCallerContext(server, caller, door);
  const params = request.params as Readonly<Record<string, string>>;
  state.organizationId = params.organization_id ?? null;
  state.context = context;
}

/** A credential that is refused counts against the address it came from. */
async function findCaller(
  { credentials, limits }: ServerParts,
  door: Door,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<Caller> {
  const { authorization } = request.headers;
  try {
    return credentials.known(authorization) ?? (await credentials.identify(authorization, door));
  } catch (error) {
    await limits.countRequest(request.ip, reply);
    throw error;
  }
}

/** Where passwords and names are tried, and accounts are made. */
const doorTags: ReadonlySet<Operation["tag"]> = new Set([
  "Authentication",
  "Registered organizations",
]);

async function countRequest(
  { limits }: ServerParts,
  { tag, permission }: Operation,
  { actor, context }: Caller,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<void> {
  // An application asks before each of its own requests, and most are answered before anything could count them.
  if (tag === "Access" && actor.type !== "anonymous") return;
  const isDoor = doorTags.has(tag) && permission === "anonymous" && request.method === "POST";
  if (isDoor) return await limits.countAuthentication(request.ip, reply);
  const key =
    actor.type === "anonymous" ? request.ip : `${context.tenantId} ${actor.type} ${actor.id}`;
  await limits.countRequest(key, reply);
}

/** Parses, calls, presents. */
export function operationHandler(
  server: ServerParts,
  operation: Operation,
  handler: AnyHandler,
): RouteHandlerMethod {
  const parseQuery = createQueryParser(querySchemaOf(operation));
  return async (request, reply) => {
    const { query, isDryRun } = readQuery(operation, parseQuery, request.query);
    const body = readBody(operation, request.body);
    const state = stateOf(request);
    const ctx: Context = {
      ...(state.context ?? systemless(server)),
      ifMatch: readIfMatch(operation, request.headers),
      idempotencyKey: readIdempotencyKey(operation, request.headers),
      dryRun: isDryRun,
      consistency: readConsistency(request.headers),
    };
    const params = request.params as Call<Operation>["params"];
    const call: Call<Operation> = { server, ctx, params, query, body, address: request.ip };
    const result = await handler(call as never);
    if (operation.tag === "Organizations") state.organizationId ??= idOf(result);
    return present(operation, request, reply, result, isDryRun);
  };
}

/** The surroundings of an operational route, where nobody acts. */
function systemless({ engine, defaultTenant }: ServerParts): Context {
  return { engine, tenantId: defaultTenant.id, actor: { type: "anonymous" } };
}

/** For the log line of a creation, whose organization no path names. */
function idOf(result: unknown): string | null {
  return typeof result === "object" && result !== null && "id" in result ? String(result.id) : null;
}

function querySchemaOf({ query, effect }: Operation): z.ZodObject {
  const own = query ?? z.strictObject({});
  return effect === "mutation" ? own.extend({ dry_run: z.boolean().optional() }) : own;
}

function readQuery(
  { effect }: Operation,
  parse: QueryParser,
  given: unknown,
): { query: Record<string, unknown>; isDryRun: boolean } {
  const parsed = parse(given);
  if (effect !== "mutation") return { query: parsed, isDryRun: false };
  const { dry_run, ...query } = parsed;
  return { query, isDryRun: dry_run === true };
}

function readBody({ body: schema, isBodyOptional }: Operation, given: unknown): unknown {
  if (schema === undefined) return assertNoBody(given);
  if (given === undefined && !isBodyOptional) {
    throw new DomainError("invalid_input", "The body is missing; send a JSON object", {
      fields: [{ pointer: "", detail: "is missing; send a JSON object" }],
    });
  }
  return parseInput(schema, given === undefined ? {} : given);
}

/** An empty object says as little as no body. */
function assertNoBody(given: unknown): undefined {
  if (given === undefined || given === null) return undefined;
  if (typeof given === "object" && !Array.isArray(given) && Object.keys(given).length === 0) {
    return undefined;
  }
  throw new DomainError("invalid_input", "This operation takes no body; leave it out", {
    fields: [{ pointer: "", detail: "is not taken by this operation; leave it out" }],
  });
}
