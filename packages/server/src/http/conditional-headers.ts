import type { IncomingHttpHeaders } from "node:http";
import type { Operation } from "@tenantry/contract";
import { DomainError } from "@tenantry/core";

/** A revision that no record ever has, for a tag that cannot match. */
const noRevision = -1;

const entityTag = /^(W\/)?"([\x21\x23-\x7e\x80-\xff]*)"$/;

/**
 * The revision in If-Match (RFC 9110, section 13.1.1): `any` for `*`, undefined without the header. A weak tag never
 * matches, nor does one in another format than ours.
 *
 * @throws {DomainError} `invalid_input` where it is not a tag, or the operation does not support If-Match.
 */
export function readIfMatch(
  operation: Operation,
  headers: IncomingHttpHeaders,
): number | "any" | undefined {
  const header = headers["if-match"];
  if (header === undefined || operation.effect === "read") return undefined;
  if (!operation.ifMatch) {
    throw invalidHeader("If-Match", "is not honoured by this operation; leave it out");
  }
  if (header.trim() === "*") return "any";
  const tags = header.split(",").map((tag) => entityTag.exec(tag.trim()));
  const revisions = new Set<number>();
  for (const tag of tags) {
    if (tag === null) throw invalidHeader("If-Match", 'is not an ETag such as "7", as it was read');
    if (tag[1] === undefined && /^\d{1,15}$/.test(tag[2] ?? "")) revisions.add(Number(tag[2]));
  }
  if (revisions.size > 1)
    throw invalidHeader("If-Match", "names several revisions; give the one that you read");
  return [...revisions][0] ?? noRevision;
}

/**
 * The idempotency key, with or without the quotes of the IETF draft.
 *
 * @throws {DomainError} `invalid_input`.
 */
export function readIdempotencyKey(
  operation: Operation,
  headers: IncomingHttpHeaders,
): string | undefined {
  const header = headers["idempotency-key"];
  if (header === undefined || operation.effect !== "mutation") return undefined;
  const text = Array.isArray(header) ? header.join(",") : header;
  const key = /^"([^"]*)"$/.exec(text)?.[1] ?? text;
  if (/^[\x21\x23-\x7e]{1,255}$/.test(key)) return key;
  throw invalidHeader(
    "Idempotency-Key",
    "is not 1 to 255 visible ASCII characters without a quote",
  );
}

/**
 * The consistency of a list: `strong` includes everything acknowledged so far; otherwise it includes what this server
 * acknowledged or heard of.
 *
 * @throws {DomainError} `invalid_input`.
 */
export function readConsistency(headers: IncomingHttpHeaders): "strong" | undefined {
  const header = headers["tenantry-consistency"];
  if (header === undefined || header === "strong") return header;
  throw invalidHeader("Tenantry-Consistency", "is not strong; leave it out for the default");
}

function invalidHeader(name: string, detail: string): DomainError {
  return new DomainError("invalid_input", `${name}: ${detail}`, {
    fields: [{ pointer: `/${name}`, detail }],
  });
}
