import { type ErrorCode, type ErrorKind, errorCatalogue } from "@tenantry/core";
import { z } from "zod";

/** The HTTP status of each kind of error. */
const statusOfKind: Readonly<Record<ErrorKind, number>> = {
  invalid: 400,
  unauthenticated: 401,
  forbidden: 403,
  not_found: 404,
  conflict: 409,
  limit: 409,
  precondition: 412,
  rate_limited: 429,
  internal: 500,
  unavailable: 503,
};

/** Codes whose status differs from that of their kind, because HTTP has a more specific one. */
const statusOfCode: Partial<Record<ErrorCode, number>> = {
  method_not_allowed: 405,
  request_timeout: 408,
  payload_too_large: 413,
  unsupported_media_type: 415,
  idempotency_key_reused: 422,
  precondition_required: 428,
  headers_too_large: 431,
};

export function statusOf(code: ErrorCode): number {
  return statusOfCode[code] ?? statusOfKind[errorCatalogue[code].kind];
}

/** A problem document (RFC 9457): the body of every error. */
export const problemSchema = z.strictObject({
  /** The path of the page that explains the code. */
  type: z.string(),
  title: z.string(),
  status: z.int(),
  detail: z.string(),
  code: z.string(),
  request_id: z.string(),
  /** Each invalid field, with what is wrong with it. */
  errors: z.array(z.strictObject({ pointer: z.string(), detail: z.string() })),
  /** Details for programs, for example the missing permission. */
  data: z.record(z.string(), z.union([z.string(), z.number(), z.boolean(), z.null()])).optional(),
});
export type Problem = z.infer<typeof problemSchema>;

/** The path of the page on which a server explains a code: a problem's `type`. */
export function problemType(code: ErrorCode): string {
  return `/errors/${code}`;
}
