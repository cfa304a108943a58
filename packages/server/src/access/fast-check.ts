import type { IncomingHttpHeaders, RequestListener, ServerResponse } from "node:http";
import { operations } from "@tenantry/contract";
import { type CheckResult, check, mayAskAtOnce } from "@tenantry/core";
import type { FastifyInstance } from "fastify";
import type { Caller } from "../auth/credentials.ts";
import type { ServerParts } from "../server-parts.ts";
import { parsePlainCheck } from "./check-body.ts";
import { checkText } from "./check-text.ts";

const { method, path } = operations.check;
const contentType = "application/json; charset=utf-8";
const plainContentType = "application/json";

/**
 * Answers `POST /check`, the hot path, before the framework sees the request: routing and hooks cost several times as
 * much as the answer. It applies if everything is at hand: a credential in memory, a usual body that arrived with the
 * headers, and a question that the caller may ask according to memory. Any other request goes to the framework
 * unchanged and gets the same answer there; tests ask the same questions both ways.
 */
export function answerPlainChecks(app: FastifyInstance, server: ServerParts): void {
  const listeners = app.server.listeners("request") as RequestListener[];
  const [answerFully] = listeners;
  if (answerFully === undefined || listeners.length > 1) {
    throw new Error("The framework answers requests by one listener");
  }
  app.server.off("request", answerFully);
  app.server.on("request", (request, response) => {
    const isCheck = request.url === path && request.method === method;
    const caller = isCheck ? attempt(() => findPlainCaller(server, request.headers)) : null;
    if (caller === null) return answerFully(request, response);
    // A body that arrived together with the headers can be read once they are handled.
    process.nextTick(() => {
      const body = request.read() as Buffer | null;
      const result = body === null ? null : attempt(() => answerOf(caller, request.headers, body));
      if (result !== null && !(result instanceof Promise)) return send(server, response, result);
      if (body !== null) request.unshift(body);
      if (result === null) return answerFully(request, response);
      result.then(
        (late) => send(server, response, late),
        () => answerFully(request, response),
      );
    });
  });
}

/** A failure here is repeated on the normal path, which reports what is wrong. */
function attempt<T>(work: () => T): T | null {
  try {
    return work();
  } catch {
    return null;
  }
}

/** The caller, if credential and tenant are known without the storage and the answer needs no extra headers. */
function findPlainCaller(
  { credentials, isStopping }: ServerParts,
  headers: IncomingHttpHeaders,
): Caller | null {
  const { authorization, origin, traceparent } = headers;
  if (authorization === undefined || !isPlain(headers["content-type"])) return null;
  if (origin !== undefined || traceparent !== undefined) return null;
  if (headers["x-request-id"] !== undefined || isStopping()) return null;
  // This header does not apply to checks; an invalid value is refused on the normal path.
  if (headers["tenantry-consistency"] !== undefined) return null;
  const caller = credentials.known(authorization);
  if (caller === undefined) return null;
  const named = headers["tenantry-tenant"];
  return named === undefined || named === caller.tenantId ? caller : null;
}

function isPlain(given: string | undefined): boolean {
  return given === plainContentType || given === contentType;
}

/** Null if the normal path must answer; a promise if the access has to be read first. */
function answerOf(
  { context }: Caller,
  headers: IncomingHttpHeaders,
  body: Buffer,
): CheckResult | Promise<CheckResult> | null {
  if (Number(headers["content-length"]) !== body.length) return null;
  const question = parsePlainCheck(body.toString());
  if (question === null) return null;
  const { organization_id, user_id } = question;
  return mayAskAtOnce(context, organization_id, user_id) ? check(context, question) : null;
}

function send({ metrics }: ServerParts, response: ServerResponse, result: CheckResult): void {
  metrics.checks += 1;
  const text = checkText(result);
  response.writeHead(200, {
    "content-type": contentType,
    "content-length": Buffer.byteLength(text),
  });
  response.end(text);
}
