import type { ErrorCode, Permission } from "@tenantry/core";
import type { z } from "zod";

/**
 * Who may use an operation. `self` is the user that the path names, and administrators; `administrator` is the operator and the
 * tenant's administrators; a permission is one in the organization that the path names, which administrators hold everywhere.
 */
export type RequiredPermission =
  | "anonymous"
  | "authenticated"
  | "self"
  | "own_membership"
  | "administrator"
  | "operator"
  | Permission;

export type Method = "GET" | "POST" | "PUT" | "PATCH" | "DELETE";

/**
 * What an operation does. `read` changes nothing; a `mutation` takes Idempotency-Key and `dry_run`; `session` opens, renews or ends
 * a session, which makes no event and is never replayed.
 */
export type Effect = "read" | "mutation" | "session";

/** One row of the contract: everything that parsing, answers, the document, the matrix and the error pages need to know. */
export interface Operation {
  readonly method: Method;
  /** The whole path; parameters in braces. */
  readonly path: `/${string}`;
  readonly tag: Tag;
  readonly summary: string;
  readonly description?: string;
  readonly permission: RequiredPermission;
  readonly effect: Effect;
  /** Fields of the query string; numbers and booleans are read out of their text. Without it a query is refused. */
  readonly query?: z.ZodObject;
  /** Without it a body is refused. */
  readonly body?: z.ZodType;
  /** Whether the body may be left out: it counts as `{}` then. */
  readonly isBodyOptional?: boolean;
  /** The status of success. */
  readonly status: 200 | 201 | 204;
  /** The body of success; null where there is none. */
  readonly answer: z.ZodType | null;
  /** Whether the answer is text and not JSON. */
  readonly mediaType?: "text/plain";
  /** The field of the answer that is its ETag. */
  readonly etag?: "revision" | "row_revision";
  /** Whether If-Match is honoured. */
  readonly ifMatch?: true;
  /** Where what was created is found; fields of the answer in braces. */
  readonly location?: `/${string}`;
  /** Whether PUT does the same. */
  readonly alsoPut?: true;
  /** The codes of its own, beside those that its mechanisms bring ({@link errorCodesOf}). */
  readonly errors: readonly ErrorCode[];
  readonly example?: { readonly body?: unknown; readonly answer?: unknown };
}

export const tags = {
  Authentication: "Accounts, sessions and tokens.",
  Tenants: "Directories of people with their own roles and plans, kept apart from each other.",
  Users: "The people of a tenant.",
  Organizations: "Organizations, their plan, status and billing links.",
  Members: "Who belongs to an organization, with which roles.",
  Roles: "The role catalogue: the tenant's, and roles of one organization's own.",
  Plans: "The plan catalogue: seats and entitlements.",
  Teams: "Teams inside an organization, nested, with roles of their own.",
  Resources: "What an application registers of its own, counted in the statistics.",
  Events: "The ordered feed and audit log.",
  "Security log": "What was refused, and to whom.",
  Access: "May this user do that in this organization?",
  "Organization manager": "The two calls of the organization manager's REST integration.",
  "Registered organizations":
    "Organizations that register by their names, each with a database of its own.",
  Operational: "Health, metrics and this document.",
} as const;
export type Tag = keyof typeof tags;

/** Checks the rows of a feature and keeps their exact types. */
export function defineOperations<const T extends Readonly<Record<string, Operation>>>(rows: T): T {
  return rows;
}

/** The parameters of a path, by name. */
export type PathParameters<Path extends string> =
  Path extends `${string}{${infer Name}}${infer Rest}`
    ? { readonly [K in Name]: string } & PathParameters<Rest>
    : unknown;

export function parameterNames(path: string): string[] {
  return [...path.matchAll(/\{([^}]+)\}/g)].map((match) => match[1] ?? "");
}

/** Every code that an operation can answer with: its own, and those of the mechanisms that it takes part in. */
export function errorCodesOf(operation: Operation): ErrorCode[] {
  const { permission, effect, ifMatch } = operation;
  const codes: ErrorCode[] = [...operation.errors, "invalid_input", "rate_limited"];
  if (permission !== "anonymous") codes.push("authentication_required", "user_deactivated");
  // A credential that is sent is looked at, also where none is needed.
  if (operation.tag !== "Operational") {
    codes.push("invalid_token", "session_revoked", "tenant_not_found", "tenant_suspended");
  }
  // A body that comes is looked at, also where none is owed.
  if (operation.method !== "GET") {
    codes.push("malformed_body", "payload_too_large", "unsupported_media_type");
  }
  if (operation.query?.shape.cursor !== undefined) codes.push("invalid_cursor");
  if (effect === "mutation") {
    codes.push("idempotency_key_reused", "idempotency_key_running", "idempotency_key_secret");
  }
  if (ifMatch) codes.push("revision_mismatch", "precondition_required");
  codes.push(
    "tenant_moving",
    "storage_busy",
    "storage_unavailable",
    "storage_closed",
    "storage_damaged",
    "internal",
  );
  return [...new Set(codes)];
}
