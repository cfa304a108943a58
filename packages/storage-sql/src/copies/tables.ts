import type { Database } from "../schema.ts";

/** How the rows of one table are read and written by a copy. */
export interface TableShape {
  readonly name: string;
  /** The column that says whose a row is; undefined where rows are the installation's. */
  readonly tenantColumn: "tenant_id" | "id" | undefined;
  /** The primary key without the tenant: the order in which rows are read. */
  readonly key: readonly string[];
  /** Every column but those that the engine fills. */
  readonly columns: readonly string[];
  /** The columns that refer to the same table. */
  readonly ownReference?: readonly string[];
}

type TableName = keyof Database;

function shape<const T extends TableName>(
  name: T,
  parts: {
    readonly tenantColumn?: "tenant_id" | "id" | null;
    readonly key: readonly (keyof Database[T] & string)[];
    readonly columns: readonly (keyof Database[T] & string)[];
    readonly ownReference?: readonly (keyof Database[T] & string)[];
  },
): TableShape {
  const { tenantColumn = "tenant_id", ...rest } = parts;
  return { name, tenantColumn: tenantColumn ?? undefined, ...rest };
}

const integerColumns: ReadonlySet<string> = new Set([
  "count",
  "depth",
  "email_verified",
  "event_after",
  "from_sequence",
  "is_default",
  "member_count",
  "rank",
  "revision",
  "row_revision",
  "seat_count",
  "sequence",
  "serial",
  "to_sequence",
]);

/** Whether a column holds whole numbers; every other one holds text. */
export const isInteger = (column: string): boolean => integerColumns.has(column);

/** What belongs to no tenant. */
export const installationTables: readonly TableShape[] = [
  shape("signing_keys", {
    tenantColumn: null,
    key: ["id"],
    columns: ["id", "algorithm", "public_jwk", "private_jwk", "created_at"],
  }),
  shape("operator_keys", {
    tenantColumn: null,
    key: ["id"],
    columns: ["id", "key_hash", "created_at"],
  }),
  shape("registered_organizations", {
    tenantColumn: null,
    key: ["serial"],
    columns: [
      "serial",
      "name_key",
      "name",
      "admin_email",
      "tenant_id",
      "admin_user_id",
      "created_at",
    ],
  }),
  shape("tenant_purges", {
    tenantColumn: null,
    key: ["tenant_id"],
    columns: [
      "tenant_id",
      "tenant",
      "kept_server",
      "kept_database",
      "serial",
      "event_after",
      "actor_type",
      "actor_id",
      "begun_at",
      "purged_at",
    ],
  }),
];

/** What a tenant has, each table after those that it refers to. A test compares this with the database's own catalogue. */
export const tenantTables: readonly TableShape[] = [
  shape("tenants", {
    tenantColumn: "id",
    key: [],
    columns: [
      "id",
      "slug",
      "short_id",
      "name",
      "status",
      "placement",
      "revision",
      "created_at",
      "updated_at",
      "name_key",
      "row_revision",
      "deleted_at",
    ],
  }),
  shape("users", {
    key: ["id"],
    columns: [
      "tenant_id",
      "id",
      "username",
      "username_key",
      "email",
      "email_verified",
      "name",
      "external_id",
      "status",
      "metadata",
      "private_metadata",
      "client_metadata",
      "search_key",
      "revision",
      "created_at",
      "updated_at",
    ],
  }),
  shape("user_passwords", {
    key: ["user_id"],
    columns: ["tenant_id", "user_id", "hash", "updated_at"],
  }),
  shape("tenant_user_roles", {
    key: ["user_id", "role"],
    columns: ["tenant_id", "user_id", "role", "created_at"],
  }),
  shape("plans", {
    key: ["key"],
    columns: [
      "tenant_id",
      "key",
      "name",
      "seats",
      "entitlements",
      "is_default",
      "revision",
      "created_at",
      "updated_at",
    ],
  }),
  shape("organizations", {
    key: ["id"],
    columns: [
      "tenant_id",
      "id",
      "name",
      "name_key",
      "slug",
      "domain",
      "billing_email",
      "billing_address",
      "plan_tier",
      "status",
      "lago_customer_id",
      "stripe_customer_id",
      "logo_url",
      "metadata",
      "private_metadata",
      "client_metadata",
      "external_id",
      "revision",
      "row_revision",
      "seat_count",
      "member_count",
      "created_at",
      "updated_at",
      "deleted_at",
    ],
  }),
  shape("roles", {
    key: ["scope", "key"],
    columns: [
      "tenant_id",
      "scope",
      "key",
      "organization_id",
      "name",
      "description",
      "rank",
      "permissions",
      "is_default",
      "revision",
      "created_at",
      "updated_at",
    ],
  }),
  shape("memberships", {
    key: ["organization_id", "user_id"],
    columns: [
      "tenant_id",
      "organization_id",
      "user_id",
      "id",
      "role",
      "roles",
      "status",
      "invited_by_user_id",
      "joined_at",
      "last_active_at",
      "metadata",
      "revision",
      "created_at",
      "updated_at",
    ],
  }),
  shape("membership_roles", {
    key: ["organization_id", "user_id", "role_scope", "role_key"],
    columns: ["tenant_id", "organization_id", "user_id", "role_scope", "role_key"],
  }),
  shape("teams", {
    key: ["organization_id", "id"],
    columns: [
      "tenant_id",
      "organization_id",
      "id",
      "parent_team_id",
      "depth",
      "name",
      "name_key",
      "description",
      "roles",
      "metadata",
      "revision",
      "created_at",
      "updated_at",
    ],
    ownReference: ["parent_team_id"],
  }),
  shape("team_roles", {
    key: ["organization_id", "team_id", "role_scope", "role_key"],
    columns: ["tenant_id", "organization_id", "team_id", "role_scope", "role_key"],
  }),
  shape("team_members", {
    key: ["organization_id", "team_id", "user_id"],
    columns: [
      "tenant_id",
      "organization_id",
      "team_id",
      "user_id",
      "role",
      "metadata",
      "revision",
      "created_at",
      "updated_at",
    ],
  }),
  shape("resources", {
    key: ["organization_id", "type", "external_id"],
    columns: [
      "tenant_id",
      "organization_id",
      "type",
      "external_id",
      "name",
      "revision",
      "created_at",
    ],
  }),
  shape("resource_counts", {
    key: ["organization_id", "type"],
    columns: ["tenant_id", "organization_id", "type", "count"],
  }),
  // Without their position, which is the database's own: what stays is their order in each chain.
  shape("events", {
    key: ["chain_id", "sequence"],
    columns: [
      "tenant_id",
      "chain_id",
      "sequence",
      "id",
      "type",
      "entity",
      "entity_id",
      "organization_id",
      "actor_type",
      "actor_id",
      "occurred_at",
      "data",
      "personal",
      "previous_hash",
      "hash",
    ],
  }),
  shape("history", {
    key: ["chain_id", "entity", "entity_id", "from_sequence"],
    columns: [
      "tenant_id",
      "chain_id",
      "entity",
      "entity_id",
      "from_sequence",
      "from_at",
      "to_sequence",
      "to_at",
    ],
  }),
  shape("sessions", {
    key: ["id"],
    columns: ["tenant_id", "id", "user_id", "created_at", "expires_at", "revoked_at"],
  }),
  shape("refresh_tokens", {
    key: ["token_hash"],
    columns: ["tenant_id", "token_hash", "session_id", "created_at", "used_at"],
  }),
  shape("idempotency_keys", {
    key: ["principal", "idempotency_key"],
    columns: [
      "tenant_id",
      "principal",
      "idempotency_key",
      "fingerprint",
      "result",
      "created_at",
      "expires_at",
    ],
  }),
  shape("security_log", {
    key: ["occurred_at", "id"],
    columns: [
      "tenant_id",
      "occurred_at",
      "id",
      "code",
      "operation",
      "actor_type",
      "actor_id",
      "organization_id",
      "permission",
      "request_id",
    ],
  }),
];

/** Every table that is copied, each after those that it refers to. */
export const copiedTables = [...installationTables, ...tenantTables].map((table) => ({
  ...table,
  isInteger,
}));
