import { type Problem, problemType, statusOf } from "@tenantry/contract";
import { DomainError, isDomainError } from "@tenantry/core";
import type { FastifyReply, FastifyRequest } from "fastify";
import { stateOf } from "./request-state.ts";

/** The media type of every error (RFC 9457). */
export const problemMediaType = "application/problem+json; charset=utf-8";

/** The problem document of an error. The status of each kind of error is in the contract, `problem.ts`. */
export function toProblem(error: DomainError, requestId: string): Problem {
  return {
    type: problemType(error.code),
    title: error.title,
    status: statusOf(error.code),
    detail: error.message,
    code: error.code,
    request_id: requestId,
    errors: [...error.fields],
    ...(Object.keys(error.data).length > 0 && { data: error.data }),
  };
}

/**
 * Answers with the problem document of whatever was thrown. An unexpected error becomes `internal`: it is logged and
 * its details are not shown.
 */
export function sendProblem(
  error: unknown,
  request: FastifyRequest,
  reply: FastifyReply,
): FastifyReply {
  const known = toDomainError(error);
  const state = stateOf(request);
  state.errorCode = known.code;
  const problem = toProblem(known, state.requestId);
  if (problem.status === 401) {
    void reply.header("www-authenticate", challengeOf(known));
  }
  const wait = known.data.retry_after_seconds ?? (problem.status === 503 ? 1 : undefined);
  if (wait !== undefined) void reply.header("retry-after", String(wait));
  return reply
    .code(problem.status)
    .header("content-type", problemMediaType)
    .header("x-request-id", state.requestId)
    .send(JSON.stringify(problem));
}

/** The challenge of RFC 6750, section 3; without an error code where no token was sent. */
function challengeOf({ code }: DomainError): string {
  const realm = 'Bearer realm="tenantry"';
  return code === "authentication_required" ? realm : `${realm}, error="invalid_token"`;
}

function toDomainError(error: unknown): DomainError {
  if (isDomainError(error)) return error;
  return fromFramework(error) ?? internal(error);
}

export function internal(cause: unknown): DomainError {
  return new DomainError(
    "internal",
    "Something went wrong in the server; its log has the details under the request id",
    { cause },
  );
}

/** Maps the framework's errors to ours. */
function fromFramework(error: unknown): DomainError | undefined {
  const { code, statusCode } = error as { code?: unknown; statusCode?: unknown };
  switch (code) {
    case "FST_ERR_CTP_BODY_TOO_LARGE":
      return new DomainError(
        "payload_too_large",
        "The body is larger than 1 MiB; send less at once",
      );
    case "FST_ERR_CTP_INVALID_MEDIA_TYPE":
      return new DomainError(
        "unsupported_media_type",
        "The body is not sent as JSON; send the header Content-Type: application/json",
      );
    case "FST_ERR_BAD_URL":
      return malformedPath();
    case "FST_ERR_MAX_PARAM_LENGTH":
    // A path that tries to leave the directory of the reference pages.
    case "FST_STATIC_FORBIDDEN_PATH":
      return new DomainError("route_not_found", "There is nothing at this path");
  }
  // Among others, bodies that are not JSON or that try to set a prototype.
  if (statusCode === 400) return malformedBody();
  return undefined;
}

function malformedPath(): DomainError {
  const detail =
    "is not valid: % must be followed by two hexadecimal digits, and the decoded path must be UTF-8";
  return new DomainError("invalid_input", `The path ${detail}`, {
    fields: [{ pointer: "/path", detail }],
  });
}

export function malformedBody(): DomainError {
  return new DomainError(
    "malformed_body",
    "The body is not valid JSON, or has a key that is not allowed (__proto__, constructor.prototype)",
  );
}
