import type { Migration } from "./migration.ts";

/** Every table whose rows belong to a tenant. A later one sets its policies where it is made. */
const tables = [
  "users",
  "user_passwords",
  "tenant_user_roles",
  "plans",
  "organizations",
  "roles",
  "memberships",
  "membership_roles",
  "teams",
  "team_roles",
  "team_members",
  "resources",
  "resource_counts",
  "events",
  "history",
  "sessions",
  "refresh_tokens",
  "idempotency_keys",
  "security_log",
];

/**
 * The second wall between tenants, behind the keys that carry them (ADR 0012). From here on a migration that changes rows takes the
 * force off its tables while it does: else it sees none.
 */
export const rowLevelSecurityMigration: Migration = {
  name: "0004-row-level-security",
  statements: ({ ddl }) => [
    ...ddl.separateTenants(tables),
    ...ddl.keepFromTenants(["signing_keys", "operator_keys"]),
    ...ddl.guardTenants,
  ],
};
