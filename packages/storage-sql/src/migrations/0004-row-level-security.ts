import type { Migration } from "./migration.ts";

/**
 * Every table whose rows belong to a tenant, at this version. A table added later sets its own policies in its
 * migration.
 */
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
 * Row-level security: a second protection besides the keys that include the tenant (ADR 0012). Later migrations that
 * change rows must lift FORCE from the table meanwhile, or they see no rows.
 */
export const rowLevelSecurityMigration: Migration = {
  name: "0004-row-level-security",
  statements: ({ ddl }) => [
    ...ddl.separateTenants(tables),
    ...ddl.keepFromTenants(["signing_keys", "operator_keys"]),
    ...ddl.guardTenants,
  ],
};
