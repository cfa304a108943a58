/** The kind of a failure. Each surface maps a kind to its own status: an HTTP status or an exit code. */
export type ErrorKind =
  | "invalid"
  | "unauthenticated"
  | "forbidden"
  | "not_found"
  | "conflict"
  | "limit"
  | "precondition"
  | "rate_limited"
  | "unavailable"
  | "internal";

interface ErrorEntry {
  readonly kind: ErrorKind;
  readonly title: string;
}

/**
 * Every error code, defined once. Codes are part of the interface: a code is never renamed or reused for something
 * else.
 */
export const errorCatalogue = {
  invalid_input: { kind: "invalid", title: "The input is not valid" },
  malformed_request: { kind: "invalid", title: "The request is not valid HTTP" },
  headers_too_large: { kind: "invalid", title: "The headers are too large" },
  request_timeout: { kind: "invalid", title: "The request did not arrive in time" },
  malformed_body: { kind: "invalid", title: "The body is not JSON" },
  payload_too_large: { kind: "invalid", title: "The body is too large" },
  unsupported_media_type: { kind: "invalid", title: "The body is not of a supported type" },
  method_not_allowed: { kind: "invalid", title: "The method is not supported here" },
  invalid_cursor: { kind: "invalid", title: "The cursor is not valid" },
  invalid_import: { kind: "invalid", title: "The file cannot be imported" },
  invalid_setting: { kind: "invalid", title: "A setting is not valid" },
  unknown_plan: { kind: "invalid", title: "No such plan" },
  unknown_role: { kind: "invalid", title: "No such role" },
  unknown_user: { kind: "invalid", title: "No such user" },
  team_too_deep: { kind: "invalid", title: "Teams are nested too deep" },
  team_cycle: { kind: "invalid", title: "A team cannot be inside itself" },
  not_a_member: { kind: "invalid", title: "The user is not a member of the organization" },
  weak_password: { kind: "invalid", title: "The password is too weak" },

  authentication_required: { kind: "unauthenticated", title: "Authentication is required" },
  invalid_credentials: { kind: "unauthenticated", title: "The credentials are not valid" },
  invalid_token: { kind: "unauthenticated", title: "The token is not valid" },
  session_revoked: { kind: "unauthenticated", title: "The session has ended" },

  permission_denied: { kind: "forbidden", title: "The permission is missing" },
  cannot_grant: { kind: "forbidden", title: "You cannot grant what you do not hold" },
  outranked: { kind: "forbidden", title: "The role ranks above yours" },
  registration_closed: { kind: "forbidden", title: "Registration is closed" },
  tenant_suspended: { kind: "forbidden", title: "The tenant is suspended" },
  user_deactivated: { kind: "forbidden", title: "The user is deactivated" },

  tenant_not_found: { kind: "not_found", title: "No such tenant" },
  user_not_found: { kind: "not_found", title: "No such user" },
  organization_not_found: { kind: "not_found", title: "No such organization" },
  member_not_found: { kind: "not_found", title: "No such member" },
  role_not_found: { kind: "not_found", title: "No such role" },
  plan_not_found: { kind: "not_found", title: "No such plan" },
  team_not_found: { kind: "not_found", title: "No such team" },
  team_member_not_found: { kind: "not_found", title: "No such team member" },
  resource_not_found: { kind: "not_found", title: "No such resource" },
  route_not_found: { kind: "not_found", title: "No such route" },

  tenant_slug_taken: { kind: "conflict", title: "The slug is taken" },
  tenant_fixed: { kind: "conflict", title: "The default tenant cannot be changed like this" },
  tenant_deleted: { kind: "conflict", title: "The tenant is deleted" },
  tenant_not_deleted: { kind: "conflict", title: "The tenant is not deleted" },
  organization_name_taken: { kind: "conflict", title: "The name is taken" },
  organization_slug_taken: { kind: "conflict", title: "The slug is taken" },
  external_id_taken: { kind: "conflict", title: "The external id is taken" },
  id_taken: { kind: "conflict", title: "The id is taken" },
  email_taken: { kind: "conflict", title: "The e-mail address is taken" },
  username_taken: { kind: "conflict", title: "The username is taken" },
  role_key_taken: { kind: "conflict", title: "The role key is taken" },
  role_in_use: { kind: "conflict", title: "The role is in use" },
  role_fixed: { kind: "conflict", title: "The role cannot be changed" },
  plan_key_taken: { kind: "conflict", title: "The plan key is taken" },
  plan_in_use: { kind: "conflict", title: "The plan is in use" },
  team_name_taken: { kind: "conflict", title: "The team name is taken" },
  team_not_empty: { kind: "conflict", title: "The team has teams inside it" },
  already_member: { kind: "conflict", title: "The user is a member already" },
  already_team_member: { kind: "conflict", title: "The user is in the team already" },
  resource_taken: { kind: "conflict", title: "The resource is registered already" },
  last_owner: { kind: "conflict", title: "The organization would lose its last owner" },
  organization_deleted: { kind: "conflict", title: "The organization is deleted" },
  organization_not_deleted: { kind: "conflict", title: "The organization is not deleted" },
  invitation_pending: { kind: "conflict", title: "The invitation is pending" },
  not_invited: { kind: "conflict", title: "The membership is not an invitation" },
  idempotency_key_running: { kind: "conflict", title: "A request with this key is running" },
  idempotency_key_secret: { kind: "conflict", title: "The answer held a secret and was not kept" },

  seat_limit_reached: { kind: "limit", title: "Seat limit reached" },

  revision_mismatch: { kind: "precondition", title: "The resource has changed" },
  precondition_required: { kind: "precondition", title: "A precondition is required" },
  idempotency_key_reused: {
    kind: "precondition",
    title: "The idempotency key was used for another request",
  },

  rate_limited: { kind: "rate_limited", title: "Too many requests" },

  tenant_moving: { kind: "unavailable", title: "The tenant is being moved" },
  storage_busy: { kind: "unavailable", title: "The storage is busy" },
  storage_unavailable: { kind: "unavailable", title: "The storage cannot be reached" },
  storage_closed: { kind: "unavailable", title: "The storage is closed" },
  storage_damaged: { kind: "unavailable", title: "The storage is damaged" },
  storage_newer: { kind: "unavailable", title: "The storage was made by a newer Tenantry" },

  shutting_down: { kind: "unavailable", title: "The server is stopping" },

  internal: { kind: "internal", title: "Something went wrong on our side" },
} as const satisfies Record<string, ErrorEntry>;

export type ErrorCode = keyof typeof errorCatalogue;

/** An invalid field: where it is (a JSON pointer, RFC 6901) and what is required there. */
export interface FieldFault {
  readonly pointer: string;
  readonly detail: string;
}

export interface DomainErrorOptions {
  /** All invalid fields, not only the first. */
  readonly fields?: readonly FieldFault[];
  /** Details that a program can read, for example the missing permission. Public: never a secret. */
  readonly data?: Readonly<Record<string, string | number | boolean | null>>;
  /** The underlying failure. It goes to the log and never to a caller. */
  readonly cause?: unknown;
}

/** The only class of error that use cases throw. `message` is public: it says what is wrong and what to do. */
export class DomainError extends Error {
  readonly code: ErrorCode;
  readonly fields: readonly FieldFault[];
  readonly data: Readonly<Record<string, string | number | boolean | null>>;

  constructor(code: ErrorCode, message: string, options: DomainErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = "DomainError";
    this.code = code;
    this.fields = options.fields ?? [];
    this.data = options.data ?? {};
  }

  get kind(): ErrorKind {
    return errorCatalogue[this.code].kind;
  }

  get title(): string {
    return errorCatalogue[this.code].title;
  }
}

/** True for a {@link DomainError}; with a second argument, only for one of that code. */
export function isDomainError(error: unknown, code?: ErrorCode): error is DomainError {
  return error instanceof DomainError && (code === undefined || error.code === code);
}
