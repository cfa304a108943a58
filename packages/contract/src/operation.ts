import type { ErrorCode, Permission } from "@tenantry/core";
import type { z } from "zod";

/**
 * Who may call an operation. `self`: the user named in the path, and administrators. `administrator`: the operator and the
 * tenant's administrators. A permission: whoever holds it in the organization named in the path; administrators hold
 * every permission in every organization.
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
 * What an operation does. A `read` changes nothing. A `mutation` accepts Idempotency-Key and `dry_run`. A `session` operation
 * opens, renews or ends a session: it appends no event and its answer is never replayed.
 */
export type Effect = "read" | "mutation" | "session";

/** One row of the contract, read by request parsing, responses, `openapi.json`, the authorization matrix and the error pages. */
export interface Operation {
  readonly method: Method;
  /** The whole path; parameters in braces. */
  readonly path: `/${string}`;
  readonly tag: Tag;
  readonly summary: string;
  readonly description?: string;
  readonly permission: RequiredPermission;
  readonly effect: Effect;
  /** Fields of the query string; numbers and booleans are parsed from text. Without a schema any query is refused. */
  readonly query?: z.ZodObject;
  /** Without a schema any body is refused. */
  readonly body?: z.ZodType;
  /** Whether the body may be left out. It is then read as `{}`. */
  readonly isBodyOptional?: boolean;
  /** The HTTP status of a successful answer. */
  readonly status: 200 | 201 | 204;
  /** The body of a successful answer; null where there is none. */
  readonly answer: z.ZodType | null;
  /** Set where the answer is plain text instead of JSON. */
  readonly mediaType?: "text/plain";
  /** The field of the answer that is sent as its ETag. */
  readonly etag?: "revision" | "row_revision";
  /** Whether If-Match is honoured. */
  readonly ifMatch?: true;
  /** The Location header: the path of the created record, with fields of the answer in braces. */
  readonly location?: `/${string}`;
  /** Whether PUT on the same path does the same. */
  readonly alsoPut?: true;
  /** The operation's own error codes. {@link errorCodesOf} adds those that authentication, bodies and headers can cause. */
  readonly errors: readonly ErrorCode[];
  readonly example?: { readonly body?: unknown; readonly answer?: unknown };
}

export const tags = {
  Authentication: "Accounts, sessions and tokens.",
  Tenants:
    "Separate directories of users, each with its own organizations, roles and plans. Data of one tenant is never visible to another.",
  Users: "The users of a tenant.",
  Organizations: "Organizations with their plan, status and billing ids.",
  Members: "The users who belong to an organization, and their roles in it.",
  Roles:
    "Roles: those of the tenant, which every organization can use, and those of a single organization.",
  Plans: "The plans of the tenant, with their seats and entitlements.",
  Teams:
    "Teams inside an organization. Teams can be nested and can have roles, which their members hold.",
  Resources:
    "The objects of your application (projects, models, …) that belong to an organization. They are counted in its statistics.",
  Events: "The audit log of an organization, which is also an ordered feed of its changes.",
  "Security log": "Requests and credentials that were refused.",
  Access: "Checks whether a user may do something in an organization.",
  "Organization manager": "The two calls of the organization manager's REST integration.",
  "Registered organizations":
    "Organizations that register under a name of their own. Each gets its own database.",
  Operational: "Health checks, metrics and this document.",
} as const;
export type Tag = keyof typeof tags;

/** Type-checks the rows of a feature and keeps their literal types. */
export function defineOperations<const T extends Readonly<Record<string, Operation>>>(rows: T): T {
  return rows;
}

/** The names of a path's parameters, as an object type. */
export type PathParameters<Path extends string> =
  Path extends `${string}{${infer Name}}${infer Rest}`
    ? { readonly [K in Name]: string } & PathParameters<Rest>
    : unknown;

export function parameterNames(path: string): string[] {
  return [...path.matchAll(/\{([^}]+)\}/g)].map((match) => match[1] ?? "");
}

/** Every error code that an operation can answer with: its own, and those that authentication, bodies and headers can cause. */
export function errorCodesOf(operation: Operation): ErrorCode[] {
  const { permission, effect, ifMatch } = operation;
  const codes: ErrorCode[] = [...operation.errors, "invalid_input", "rate_limited"];
  if (permission !== "anonymous") codes.push("authentication_required", "user_deactivated");
  // A credential that is sent is checked even where none is needed.
  if (operation.tag !== "Operational") {
    codes.push("invalid_token", "session_revoked", "tenant_not_found", "tenant_suspended");
  }
  // A body that is sent is checked even where none is expected.
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
