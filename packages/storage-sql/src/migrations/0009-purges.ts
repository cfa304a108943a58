import type { Migration } from "./migration.ts";

/**
 * Purged tenants, in the main database: how far the purge is, where a database was kept, and which ids must not be
 * used again.
 */
export const purgesMigration: Migration = {
  name: "0009-purges",
  statements: ({ ddl }) => [
    `CREATE TABLE tenant_purges (
      tenant_id ${ddl.text} NOT NULL CONSTRAINT tenant_purges_key PRIMARY KEY,
      tenant ${ddl.text},
      kept_server ${ddl.text},
      kept_database ${ddl.text},
      serial ${ddl.integer},
      event_after ${ddl.integer} NOT NULL,
      actor_type ${ddl.text} NOT NULL
        CONSTRAINT tenant_purges_actor_known CHECK (actor_type IN ('operator', 'system')),
      actor_id ${ddl.text} NOT NULL,
      begun_at ${ddl.text} NOT NULL,
      purged_at ${ddl.text},
      CONSTRAINT tenant_purges_kept_whole CHECK ((kept_server IS NULL) = (kept_database IS NULL))
    ) ${ddl.keyedTable}`,
    "CREATE INDEX tenant_purges_unfinished ON tenant_purges (tenant_id) WHERE purged_at IS NULL",
    "CREATE INDEX tenant_purges_by_serial ON tenant_purges (serial)",
    ...ddl.keepFromTenants(["tenant_purges"]),
  ],
};
