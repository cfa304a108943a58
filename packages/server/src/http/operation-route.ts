import { type Operation, type OperationId, operations } from "@tenantry/contract";
import { type Context, DomainError, parseInput } from "@tenantry/core";
import type { FastifyReply, FastifyRequest, RouteHandlerMethod, RouteOptions } from "fastify";
import { z } from "zod";
import type { Caller, CredentialSource } from "../auth/credentials.ts";
import { findCallerContext } from "../auth/find-caller-context.ts";
import type { ServerParts } from "../server-parts.ts";
import type { Call } from "./call.ts";
import { readConsistency, readIdempotencyKey, readIfMatch } from "./conditional-headers.ts";
import { present } from "./present.ts";
import { createQueryParser, type QueryParser } from "./query.ts";
import { stateOf } from "./request-state.ts";

/** A handler of any operation. The compiler matched the two where the routes are assembled. */
type AnyHandler = (call: never) => unknown;

/** The framework's route for an operation of the contract. */
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
 * Runs before the body is read: identifies the caller and the tenant, and applies the rate limits. Authorization is
 * left to the use case, which knows the organization.
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
  const source = {
    tenant: request.headers["tenantry-tenant"]?.toString(),
    requestId: state.requestId,
  };
  const caller = await findCaller(server, source, request, reply);
  await countRequest(server, operation, caller, request, reply);
  if (operation.permission !== "anonymous" && caller.actor.type === "anonymous") {
    throw new DomainError("authentication_required", "Send a token: Authorization: Bearer …");
  }
  const params = request.params as Readonly<Record<string, string>>;
  const context = await findCallerContext(server, caller, source, params.tenant_id);
  state.organizationId = params.organization_id ?? null;
  state.context = context;
}

/** A refused credential counts against the client's address. */
async function findCaller(
  { credentials, limits }: ServerParts,
  source: CredentialSource,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<Caller> {
  const { authorization } = request.headers;
  try {
    return credentials.known(authorization) ?? (await credentials.identify(authorization, source));
  } catch (error) {
    await limits.countRequest(request.ip, reply);
    throw error;
  }
}

/** Operations where attackers try passwords and names, or create accounts. */
const authenticationTags: ReadonlySet<Operation["tag"]> = new Set([
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
  // Applications send a check for each of their own requests, and most are answered before they could be counted.
  if (tag === "Access" && actor.type !== "anonymous") return;
  const isAuthentication =
    authenticationTags.has(tag) && permission === "anonymous" && request.method === "POST";
  if (isAuthentication) return await limits.countAuthentication(request.ip, reply);
  const key =
    actor.type === "anonymous" ? request.ip : `${context.tenantId} ${actor.type} ${actor.id}`;
  await limits.countRequest(key, reply);
}

/** Parses the input, calls the handler and presents its result. */
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

/** The context of an operational route, which has no caller. */
function systemless({ engine, defaultTenant }: ServerParts): Context {
  return { engine, tenantId: defaultTenant.id, actor: { type: "anonymous" } };
}

/** The organization's id for the log line of a creation, since no path names it. */
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

/** An empty object counts as no body. */
function assertNoBody(given: unknown): undefined {
  if (given === undefined || given === null) return undefined;
  if (typeof given === "object" && !Array.isArray(given) && Object.keys(given).length === 0) {
    return undefined;
  }
  throw new DomainError("invalid_input", "This operation takes no body; leave it out", {
    fields: [{ pointer: "", detail: "is not taken by this operation; leave it out" }],
  });
}
