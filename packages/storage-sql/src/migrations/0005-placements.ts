import type { Migration } from "./migration.ts";

/** Where tenants live. A table of the installation: filled in the main database, and empty in a tenant's own. */
export const placementsMigration: Migration = {
  name: "0005-placements",
  statements: ({ ddl }) => [
    `CREATE TABLE placements (
      tenant_id ${ddl.text} NOT NULL CONSTRAINT placements_key PRIMARY KEY,
      server ${ddl.text} NOT NULL,
      database ${ddl.text},
      epoch ${ddl.integer} NOT NULL,
      state ${ddl.text} NOT NULL
        CONSTRAINT placements_state_known CHECK (state IN ('making', 'steady', 'moving', 'dropping')),
      created_at ${ddl.text} NOT NULL,
      updated_at ${ddl.text} NOT NULL,
      CONSTRAINT placements_database_unique UNIQUE (server, database)
    ) ${ddl.keyedTable}`,
    "CREATE INDEX placements_unsteady ON placements (tenant_id) WHERE state <> 'steady'",
    ...ddl.keepFromTenants(["placements"]),
  ],
};
