import type { Migration } from "./migration.ts";

/**
 * Moves in progress, in the main database: from where, to where, and how far. After a kill, another process continues
 * from here.
 */
export const moveRecordsMigration: Migration = {
  name: "0007-move-records",
  statements: ({ ddl }) => [
    `CREATE TABLE tenant_moves (
      tenant_id ${ddl.text} NOT NULL CONSTRAINT tenant_moves_key PRIMARY KEY,
      mover ${ddl.text} NOT NULL,
      from_server ${ddl.text} NOT NULL,
      from_database ${ddl.text},
      to_server ${ddl.text} NOT NULL,
      to_database ${ddl.text},
      step ${ddl.text} NOT NULL CONSTRAINT tenant_moves_step_known CHECK (step IN ('copying', 'switched')),
      updated_at ${ddl.text} NOT NULL
    ) ${ddl.keyedTable}`,
    ...ddl.keepFromTenants(["tenant_moves"]),
  ],
};
