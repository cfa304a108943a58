import { operations } from "@tenantry/contract";
import { assertMayAsk, type CheckRequest, type Context, check } from "@tenantry/core";
import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import type { Caller } from "../auth/credentials.ts";
import { admit, operationHandler } from "../http/operation-route.ts";
import { stateOf } from "../http/request-state.ts";
import type { ServerParts } from "../server-parts.ts";
import { accessRoutes } from "./access.routes.ts";
import { readPlainCheck } from "./check-body.ts";
import { checkText } from "./check-text.ts";

declare module "fastify" {
  interface FastifyRequest {
    /** The caller of a check, where memory knew the credential. */
    knownCaller: Caller | null;
  }
}

const mediaType = "application/json; charset=utf-8";
const { check: operation } = operations;

/**
 * `POST /check`, the hot path. A credential that memory knows, a body of the usual form and an access that memory holds are answered
 * here: nothing to wait for, no log line, one hook. Whatever is not so goes the way of every other operation and gets the same answer
 * there; the tests ask the same questions both ways.
 */
export function answerChecks(app: FastifyInstance, server: ServerParts): void {
  const handleFully = operationHandler(server, operation, accessRoutes.check);
  app.decorateRequest("knownCaller", null);

  app.route({
    method: operation.method,
    url: operation.path,
    config: { permission: operation.permission },
    onRequest: (request, reply, done) => {
      request.knownCaller = findKnownCaller(server, request);
      if (request.knownCaller !== null) done();
      else admit(server, "check", operation, request, reply).then(() => done(), done);
    },
    handler: (request, reply) => {
      const caller = request.knownCaller;
      if (caller === null) return handleFully.call(app, request, reply);
      const question = isPlain(request) ? readPlainCheck(request.body) : undefined;
      if (question !== undefined) return answer(server, caller.context, question, reply);
      return admit(server, "check", operation, request, reply).then(() =>
        handleFully.call(app, request, reply),
      );
    },
  });
}

/** The caller, where their credential and its tenant ask nothing of the storage. */
function findKnownCaller({ credentials }: ServerParts, { headers }: FastifyRequest): Caller | null {
  const { authorization } = headers;
  if (authorization === undefined) return null;
  const caller = credentials.known(authorization);
  if (caller === undefined) return null;
  const named = headers["tenantry-tenant"];
  return named === undefined || named === caller.tenantId ? caller : null;
}

/** Without a query, which the schema would refuse. */
function isPlain({ raw }: FastifyRequest): boolean {
  return raw.url?.length === operation.path.length;
}

function answer(
  { metrics }: ServerParts,
  context: Context,
  question: CheckRequest,
  reply: FastifyReply,
): FastifyReply | Promise<FastifyReply> {
  metrics.checks += 1;
  const leave = assertMayAsk(context, question.organization_id, question.user_id);
  if (leave !== undefined) {
    return leave.then(async () => send(reply, checkText(await check(context, question))));
  }
  const result = check(context, question);
  if (result instanceof Promise) return result.then((late) => send(reply, checkText(late)));
  return send(reply, checkText(result));
}

function send(reply: FastifyReply, text: string): FastifyReply {
  const { headers } = reply.request;
  if (headers["x-request-id"] !== undefined || headers.traceparent !== undefined) {
    const { requestId, traceparent } = stateOf(reply.request);
    void reply.header("x-request-id", requestId);
    if (traceparent !== undefined) void reply.header("traceparent", traceparent);
  }
  return reply.header("content-type", mediaType).send(text);
}
