import type { PlannerStatistic } from "../dialect.ts";
import type { Migration } from "./migration.ts";

const statistics: readonly PlannerStatistic[] = [
  { table: "sessions", index: "sessions_by_expiry", rows: [5_000_000, 500_000, 2] },
  { table: "sessions", index: "sessions_by_revocation", rows: [100_000, 10_000, 2] },
  { table: "idempotency_keys", index: "idempotency_keys_by_expiry", rows: [500_000, 50_000, 2] },
];

/** Indexes to find expired rows of one tenant at a time, because no statement spans tenants. */
export const sweepByTenantMigration: Migration = {
  name: "0002-sweep-by-tenant",
  statements: ({ ddl }) => [
    "DROP INDEX sessions_by_expiry",
    "DROP INDEX sessions_by_revocation",
    "DROP INDEX idempotency_keys_by_expiry",
    "CREATE INDEX sessions_by_expiry ON sessions (tenant_id, expires_at)",
    "CREATE INDEX sessions_by_revocation ON sessions (tenant_id, revoked_at) WHERE revoked_at IS NOT NULL",
    "CREATE INDEX idempotency_keys_by_expiry ON idempotency_keys (tenant_id, expires_at)",
    ...ddl.plannerStatistics(statistics),
  ],
};
