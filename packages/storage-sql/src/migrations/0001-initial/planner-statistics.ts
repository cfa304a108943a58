import type { PlannerStatistic, SqlDialect } from "../../dialect.ts";

/**
 * The statistics of a large installation, as its largest tenant sees it. Without them SQLite considers `tenant_id =
 * ?` selective, because it comes first in every key, and reads a whole tenant where a user's own rows would do. Each
 * list has the number of rows, then how many of them share the index's first column, its first two, and so on.
 */
const statistics: readonly PlannerStatistic[] = [
  { table: "users", index: "users_key", rows: [10_000_000, 1_000_000, 1] },
  { table: "users", index: "users_username_unique", rows: [9_000_000, 900_000, 1] },
  { table: "users", index: "users_email_unique", rows: [9_000_000, 900_000, 1] },
  { table: "users", index: "users_external_id_unique", rows: [5_000_000, 500_000, 1] },
  { table: "user_passwords", index: "user_passwords_key", rows: [5_000_000, 500_000, 1] },
  { table: "tenant_user_roles", index: "tenant_user_roles_key", rows: [200, 20, 1, 1] },
  { table: "plans", index: "plans_key", rows: [200, 20, 1] },
  { table: "plans", index: "plans_default_unique", rows: [10, 1] },

  { table: "organizations", index: "organizations_key", rows: [1_000_000, 100_000, 1] },
  { table: "organizations", index: "organizations_slug_unique", rows: [1_000_000, 100_000, 1] },
  { table: "organizations", index: "organizations_name_unique", rows: [1_000_000, 100_000, 1] },
  { table: "organizations", index: "organizations_external_id_unique", rows: [500_000, 50_000, 1] },
  { table: "organizations", index: "organizations_by_plan", rows: [1_000_000, 100_000, 20_000, 1] },
  { table: "organizations", index: "organizations_by_domain", rows: [500_000, 50_000, 2, 1] },
  { table: "organizations", index: "organizations_by_status", rows: [50_000, 5000, 2500, 1] },

  { table: "roles", index: "roles_key", rows: [20_000, 2000, 5, 1] },
  { table: "roles", index: "roles_by_organization", rows: [19_900, 1990, 5] },
  { table: "roles", index: "roles_by_key", rows: [20_000, 2000, 10] },

  { table: "memberships", index: "memberships_key", rows: [10_000_000, 1_000_000, 10, 1] },
  { table: "memberships", index: "memberships_by_user", rows: [10_000_000, 1_000_000, 2, 1] },
  { table: "memberships", index: "memberships_by_inviter", rows: [5_000_000, 500_000, 20] },
  {
    table: "membership_roles",
    index: "membership_roles_key",
    rows: [11_000_000, 1_100_000, 11, 2, 1, 1],
  },
  {
    table: "membership_roles",
    index: "membership_roles_by_role",
    rows: [11_000_000, 1_100_000, 1_000_000, 150_000, 3, 1],
  },

  { table: "teams", index: "teams_key", rows: [2_000_000, 200_000, 20, 1] },
  { table: "teams", index: "teams_name_unique", rows: [2_000_000, 200_000, 20, 1] },
  { table: "teams", index: "teams_by_parent", rows: [2_000_000, 200_000, 20, 5, 1] },
  { table: "team_roles", index: "team_roles_key", rows: [500_000, 50_000, 20, 1, 1, 1] },
  { table: "team_roles", index: "team_roles_by_role", rows: [500_000, 50_000, 45_000, 5000] },
  { table: "team_members", index: "team_members_key", rows: [10_000_000, 1_000_000, 50, 10, 1] },
  { table: "team_members", index: "team_members_by_user", rows: [10_000_000, 1_000_000, 50, 3, 1] },
  { table: "resources", index: "resources_key", rows: [5_000_000, 500_000, 50, 15, 1] },
  { table: "resource_counts", index: "resource_counts_key", rows: [1_000_000, 100_000, 4, 1] },

  { table: "events", index: "events_chain_unique", rows: [100_000_000, 10_000_000, 100, 1] },
  { table: "history", index: "history_key", rows: [50_000_000, 5_000_000, 50, 20, 2, 1] },

  { table: "sessions", index: "sessions_key", rows: [5_000_000, 500_000, 1] },
  { table: "sessions", index: "sessions_by_user", rows: [5_000_000, 500_000, 3] },
  { table: "sessions", index: "sessions_by_expiry", rows: [500_000, 2] },
  { table: "sessions", index: "sessions_by_revocation", rows: [100_000, 2] },
  { table: "refresh_tokens", index: "refresh_tokens_key", rows: [50_000_000, 5_000_000, 1] },
  {
    table: "refresh_tokens",
    index: "refresh_tokens_by_session",
    rows: [50_000_000, 5_000_000, 10],
  },
  { table: "idempotency_keys", index: "idempotency_keys_key", rows: [5_000_000, 500_000, 5000, 1] },
  { table: "idempotency_keys", index: "idempotency_keys_by_expiry", rows: [500_000, 2] },
  { table: "security_log", index: "security_log_key", rows: [100_000, 10_000, 2, 1] },
];

export function plannerStatistics({ ddl }: SqlDialect): readonly string[] {
  return [...ddl.beginPlannerStatistics, ...ddl.plannerStatistics(statistics)];
}
