import type { Socket } from "node:net";
import { isDomainError } from "@tenantry/core";
import type { FastifyError, FastifyInstance } from "fastify";
import type { Logger } from "pino";
import { sendProblem } from "./problem.ts";
import { stateOf } from "./request-state.ts";

/** Every error as a problem document. What went wrong on our side goes to the log, whole, and to nobody else. */
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

const malformedRequests: Readonly<Record<string, readonly [status: string, detail: string]>> = {
  HPE_HEADER_OVERFLOW: ["431 Request Header Fields Too Large", "The headers are too large"],
  ERR_HTTP_REQUEST_TIMEOUT: ["408 Request Timeout", "The request did not arrive in time"],
};

/** Answers what is not HTTP at all, where there is no request yet to answer to. */
export function answerMalformedRequest(error: FastifyError, socket: Socket): void {
  if (!socket.writable || error.code === "ECONNRESET") {
    socket.destroy();
    return;
  }
  const [status, detail] = malformedRequests[error.code] ?? [
    "400 Bad Request",
    "The request is not valid HTTP",
  ];
  const body = JSON.stringify({
    type: "about:blank",
    title: detail,
    status: Number(status.slice(0, 3)),
    detail,
  });
  socket.end(
    `HTTP/1.1 ${status}\r\ncontent-type: application/problem+json\r\nconnection: close\r\ncontent-length: ${body.length}\r\n\r\n${body}`,
  );
}
