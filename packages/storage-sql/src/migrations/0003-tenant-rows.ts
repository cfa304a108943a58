import type { Migration } from "./migration.ts";

/**
 * Columns that tenants need to be searched, edited concurrently and deleted: a search key, a row revision (the ETag),
 * and the time of deletion.
 */
export const tenantRowsMigration: Migration = {
  name: "0003-tenant-rows",
  statements: ({ ddl }) => [
    `ALTER TABLE tenants ADD COLUMN name_key ${ddl.text} NOT NULL DEFAULT ''`,
    `ALTER TABLE tenants ADD COLUMN row_revision ${ddl.integer} NOT NULL DEFAULT 0`,
    `ALTER TABLE tenants ADD COLUMN deleted_at ${ddl.text}`,
    "UPDATE tenants SET name_key = lower(name), row_revision = revision",
    // Active tenants are found by the key. The others are few and far apart there, so they have an index.
    "CREATE INDEX tenants_by_status ON tenants (status, id) WHERE status <> 'active'",
    ...ddl.plannerStatistics([{ table: "tenants", index: "tenants_by_status", rows: [50, 25, 1] }]),
  ],
};
