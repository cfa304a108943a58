import { randomUUID } from "node:crypto";
import { STATUS_CODES } from "node:http";
import type { Socket } from "node:net";
import { DomainError, isDomainError } from "@tenantry/core";
import type { FastifyError, FastifyInstance } from "fastify";
import type { Logger } from "pino";
import { problemMediaType, sendProblem, toProblem } from "./problem.ts";
import { stateOf } from "./request-state.ts";

/** Answers every error with a problem document. Internal errors are logged in full and shown to nobody. */
export function answerErrors(app: FastifyInstance, log: Logger): void {
  app.setErrorHandler((error, request, reply) => {
    const answered = sendProblem(error, request, reply);
    if (reply.statusCode >= 500) {
      const { requestId, operationId } = stateOf(request);
      log.error(
        {
          request_id: requestId,
          operation: operationId,
          err: isDomainError(error) ? (error.cause ?? error) : error,
        },
        "request failed",
      );
    }
    return answered;
  });
}

/** What the HTTP parser refuses, before there is a request to answer. */
const malformedRequests: Readonly<Record<string, DomainError>> = {
  HPE_HEADER_OVERFLOW: new DomainError(
    "headers_too_large",
    "The headers are larger than 16 KiB together; send fewer or shorter ones",
  ),
  ERR_HTTP_REQUEST_TIMEOUT: new DomainError(
    "request_timeout",
    "The request did not arrive completely in time; send it again",
  ),
};
const malformedRequest = new DomainError(
  "malformed_request",
  "The request is not valid HTTP/1.1, or its method is unknown",
);

/** Answers malformed HTTP with a problem document too, and closes the connection. */
export function answerMalformedRequest(error: FastifyError, socket: Socket): void {
  if (!socket.writable || error.code === "ECONNRESET") {
    socket.destroy();
    return;
  }
  const requestId = randomUUID();
  const problem = toProblem(malformedRequests[error.code] ?? malformedRequest, requestId);
  const body = JSON.stringify(problem);
  const head = [
    `HTTP/1.1 ${problem.status} ${STATUS_CODES[problem.status]}`,
    `content-type: ${problemMediaType}`,
    `content-length: ${Buffer.byteLength(body)}`,
    `x-request-id: ${requestId}`,
    "connection: close",
  ];
  socket.end(`${head.join("\r\n")}\r\n\r\n${body}`);
}
