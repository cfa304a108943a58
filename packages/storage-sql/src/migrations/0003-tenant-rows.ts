import type { Migration } from "./migration.ts";

/** What tenants need to be searched, changed by several people and deleted: a search key, an ETag of the row's own, the time. */
export const tenantRowsMigration: Migration = {
  name: "0003-tenant-rows",
  statements: ({ ddl }) => [
    `ALTER TABLE tenants ADD COLUMN name_key ${ddl.text} NOT NULL DEFAULT ''`,
    `ALTER TABLE tenants ADD COLUMN row_revision ${ddl.integer} NOT NULL DEFAULT 0`,
    `ALTER TABLE tenants ADD COLUMN deleted_at ${ddl.text}`,
    "UPDATE tenants SET name_key = lower(name), row_revision = revision",
    // The active ones are found by the key; the others are few and would be far apart there.
    "CREATE INDEX tenants_by_status ON tenants (status, id) WHERE status <> 'active'",
    ...ddl.plannerStatistics([{ table: "tenants", index: "tenants_by_status", rows: [50, 25, 1] }]),
  ],
};
