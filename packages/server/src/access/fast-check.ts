import { operations } from "@tenantry/contract";
import { assertMayAsk, type CheckRequest, type Context, check } from "@tenantry/core";
import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import type { Caller } from "../auth/credentials.ts";
import { createJsonParser } from "../http/json-body.ts";
import { admit, operationHandler } from "../http/operation-route.ts";
import { stateOf } from "../http/request-state.ts";
import type { ServerParts } from "../server-parts.ts";
import { accessRoutes } from "./access.routes.ts";
import { parsePlainCheck } from "./check-body.ts";
import { checkText } from "./check-text.ts";

declare module "fastify" {
  interface FastifyRequest {
    /** The question of a check whose body has the usual form. */
    question: CheckRequest | null;
  }
}

const mediaType = "application/json; charset=utf-8";
const { check: operation } = operations;

/**
 * `POST /check`, the hot path. A credential that memory knows, a body of the usual form and an access that memory holds are answered
 * here: nothing to wait for, no log line, no hook. Whatever is not so goes the way of every other operation and gets the same answer
 * there; the tests ask the same questions both ways.
 */
export function answerChecks(app: FastifyInstance, server: ServerParts): void {
  const parseFully = createJsonParser(app);
  const handleFully = operationHandler(server, operation, accessRoutes.check);
  app.decorateRequest("question", null);
  app.removeAllContentTypeParsers();
  app.addContentTypeParser<string>(
    "application/json",
    { parseAs: "string" },
    (request, text, done) => {
      request.question = parsePlainCheck(text);
      // What is not plain is parsed where the caller has been let in, as everywhere else.
      done(null, text);
    },
  );

  async function answerFully(request: FastifyRequest, reply: FastifyReply): Promise<unknown> {
    await admit(server, "check", operation, request, reply);
    if (request.body !== undefined)
      request.body = await parseFully(request, request.body as string);
    return await handleFully.call(app, request, reply);
  }

  app.route({
    method: operation.method,
    url: operation.path,
    config: { permission: operation.permission },
    handler: (request, reply) => {
      const { question } = request;
      if (question === null || !isPlain(request)) return answerFully(request, reply);
      const caller = findKnownCaller(server, request);
      if (caller === null) return answerFully(request, reply);
      return answer(server, caller.context, question, reply);
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

/** Answers at once where it can, and gives back nothing then: the framework would wait for a reply that it is given. */
function answer(
  { metrics }: ServerParts,
  context: Context,
  question: CheckRequest,
  reply: FastifyReply,
): undefined | Promise<FastifyReply> {
  metrics.checks += 1;
  const leave = assertMayAsk(context, question.organization_id, question.user_id);
  if (leave !== undefined) {
    return leave.then(async () => send(reply, checkText(await check(context, question))));
  }
  const result = check(context, question);
  if (result instanceof Promise) return result.then((late) => send(reply, checkText(late)));
  void send(reply, checkText(result));
  return undefined;
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
