import { eventColumns, historyColumns } from "../events/events.sql.ts";
import { idempotencyColumns } from "../idempotency/idempotency.sql.ts";
import { operatorKeyColumns, signingKeyColumns } from "../keys/keys.sql.ts";
import { membershipColumns, membershipRoleColumns } from "../members/members.sql.ts";
import { organizationColumns } from "../organizations/organizations.sql.ts";
import { planColumns } from "../plans/plans.sql.ts";
import { purgeColumns } from "../purges/purges.sql.ts";
import { registeredOrganizationColumns } from "../registered-organizations/registered-organizations.sql.ts";
import { resourceColumns } from "../resources/resources.sql.ts";
import { roleColumns } from "../roles/roles.sql.ts";
import type { Database } from "../schema.ts";
import { denialColumns } from "../security-log/security-log.sql.ts";
import { refreshTokenColumns, sessionColumns } from "../sessions/sessions.sql.ts";
import { teamMemberColumns } from "../teams/team-members.sql.ts";
import { teamColumns, teamRoleColumns } from "../teams/teams.sql.ts";
import { tenantColumns } from "../tenants/tenants.sql.ts";
import { passwordColumns, userColumns } from "../users/users.sql.ts";

/** How a copy reads and writes the rows of one table. */
export interface TableShape {
  readonly name: string;
  /** The column with the row's tenant; undefined where rows belong to the installation. */
  readonly tenantColumn: "tenant_id" | "id" | undefined;
  /** The primary key without the tenant, which is the order in which rows are read. */
  readonly key: readonly string[];
  /** Every column except those that the engine fills. */
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
  "is_tenant_administrator",
  "member_count",
  "rank",
  "revision",
  "row_revision",
  "seat_count",
  "sequence",
  "serial",
  "to_sequence",
  "was_in_team",
]);

/** Whether a column holds whole numbers; every other column holds text. */
export const isInteger = (column: string): boolean => integerColumns.has(column);

/** The tables that belong to no tenant. */
export const installationTables: readonly TableShape[] = [
  shape("signing_keys", { tenantColumn: null, key: ["id"], columns: signingKeyColumns }),
  shape("operator_keys", { tenantColumn: null, key: ["id"], columns: operatorKeyColumns }),
  shape("registered_organizations", {
    tenantColumn: null,
    key: ["serial"],
    columns: registeredOrganizationColumns,
  }),
  shape("tenant_purges", { tenantColumn: null, key: ["tenant_id"], columns: purgeColumns }),
];

/**
 * The tables of a tenant, each after those that it refers to. A test compares this list with the database's own
 * catalogue.
 */
export const tenantTables: readonly TableShape[] = [
  shape("tenants", { tenantColumn: "id", key: [], columns: tenantColumns }),
  shape("users", { key: ["id"], columns: [...userColumns, "is_tenant_administrator"] }),
  shape("user_passwords", { key: ["user_id"], columns: passwordColumns }),
  shape("plans", { key: ["key"], columns: planColumns }),
  shape("organizations", { key: ["id"], columns: organizationColumns }),
  shape("roles", { key: ["scope", "key"], columns: roleColumns }),
  shape("memberships", {
    key: ["organization_id", "user_id"],
    columns: [...membershipColumns, "was_in_team"],
  }),
  shape("membership_roles", {
    key: ["organization_id", "user_id", "role_scope", "role_key"],
    columns: membershipRoleColumns,
  }),
  shape("teams", {
    key: ["organization_id", "id"],
    columns: teamColumns,
    ownReference: ["parent_team_id"],
  }),
  shape("team_roles", {
    key: ["organization_id", "team_id", "role_scope", "role_key"],
    columns: teamRoleColumns,
  }),
  shape("team_members", {
    key: ["organization_id", "team_id", "user_id"],
    columns: teamMemberColumns,
  }),
  shape("resources", { key: ["organization_id", "type", "external_id"], columns: resourceColumns }),
  shape("resource_counts", {
    key: ["organization_id", "type"],
    columns: ["tenant_id", "organization_id", "type", "count"],
  }),
  // Without the position, which each database assigns itself; their order within each chain is kept.
  shape("events", { key: ["chain_id", "sequence"], columns: eventColumns }),
  shape("history", {
    key: ["chain_id", "entity", "entity_id", "from_sequence"],
    columns: historyColumns,
  }),
  shape("sessions", { key: ["id"], columns: sessionColumns }),
  shape("refresh_tokens", { key: ["token_hash"], columns: refreshTokenColumns }),
  shape("idempotency_keys", { key: ["principal", "idempotency_key"], columns: idempotencyColumns }),
  shape("security_log", { key: ["occurred_at", "id"], columns: denialColumns }),
];

/** Every table that is copied, each after those that it refers to. */
export const copiedTables = [...installationTables, ...tenantTables].map((table) => ({
  ...table,
  isInteger,
}));
