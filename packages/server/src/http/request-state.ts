import { randomUUID } from "node:crypto";
import type { OperationId } from "@tenantry/contract";
import type { Context, ErrorCode } from "@tenantry/core";
import type { FastifyRequest } from "fastify";

/** What is known about a request while it runs, for its answer, log line and metrics. */
export interface RequestState {
  readonly requestId: string;
  readonly traceparent: string | undefined;
  readonly startedAtMs: number;
  readonly operationId: OperationId | null;
  context: Context | null;
  organizationId: string | null;
  errorCode: ErrorCode | null;
}

declare module "fastify" {
  interface FastifyRequest {
    /** Null on routes without state, see {@link stateOf}. */
    state: RequestState | null;
  }
}

/** The request's state, created when first asked for. */
export function stateOf(
  request: FastifyRequest,
  operationId: OperationId | null = null,
): RequestState {
  // A request that the framework refuses before routing has `undefined` here, not null.
  if (request.state) return request.state;
  const { headers } = request;
  const state: RequestState = {
    requestId: requestIdOf(headers["x-request-id"]),
    traceparent: traceparentOf(headers.traceparent),
    startedAtMs: performance.now(),
    operationId,
    context: null,
    organizationId: null,
    errorCode: null,
  };
  request.state = state;
  return state;
}

/** The caller's own request id if it is safe to log, otherwise a new one. */
function requestIdOf(given: string | string[] | undefined): string {
  return typeof given === "string" && /^[\w.:-]{1,128}$/.test(given) ? given : randomUUID();
}

/** The traceparent (W3C Trace Context, version 00). As the specification says, anything else counts as absent. */
function traceparentOf(given: string | string[] | undefined): string | undefined {
  if (typeof given !== "string") return undefined;
  return /^00-(?!0{32})[0-9a-f]{32}-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}$/.test(given)
    ? given
    : undefined;
}
