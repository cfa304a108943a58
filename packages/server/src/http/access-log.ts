import type { FastifyInstance } from "fastify";
import type { ServerParts } from "../server-parts.ts";
import type { RequestState } from "./request-state.ts";

/**
 * Logs one line per request: operation, tenant, organization, actor, status and duration. Headers, queries and bodies
 * are never logged, because they contain secrets.
 */
export function logRequests(app: FastifyInstance, { log, metrics }: ServerParts): void {
  app.addHook("onResponse", (request, reply, done) => {
    const { state } = request;
    const durationMs = state === null ? reply.elapsedTime : performance.now() - state.startedAtMs;
    metrics.recordRequest(
      request.method,
      state?.operationId ?? "none",
      reply.statusCode,
      durationMs,
    );
    log.info(
      {
        ...describe(state),
        method: request.method,
        path: pathOf(request.url),
        status: reply.statusCode,
        duration_ms: Math.round(durationMs * 1000) / 1000,
      },
      "request",
    );
    done();
  });
}

function describe(state: RequestState | null) {
  if (state === null) return {};
  const { requestId, traceparent, operationId, context, organizationId, errorCode } = state;
  return {
    request_id: requestId,
    ...(traceparent !== undefined && { trace_id: traceparent.slice(3, 35) }),
    operation: operationId,
    tenant_id: context?.tenantId ?? null,
    organization_id: organizationId,
    actor_type: context?.actor.type ?? "anonymous",
    actor_id: context !== null && "id" in context.actor ? context.actor.id : null,
    ...(errorCode !== null && { code: errorCode }),
  };
}

function pathOf(url: string): string {
  const end = url.indexOf("?");
  return end === -1 ? url : url.slice(0, end);
}
