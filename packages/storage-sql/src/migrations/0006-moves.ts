import type { Migration } from "./migration.ts";

/**
 * What moving a tenant needs where it lives: a fence, which every transaction of the tenant checks, and the keys of
 * rows written while it is copied. The move itself creates the triggers that note these keys, and removes them.
 */
export const movesMigration: Migration = {
  name: "0006-moves",
  statements: ({ ddl }) => [
    `ALTER TABLE tenants ADD COLUMN fenced ${ddl.integer} NOT NULL DEFAULT 0
      CONSTRAINT tenants_fenced_flag CHECK (fenced IN (0, 1))`,
    `CREATE TABLE changed_rows (
      position ${ddl.position},
      tenant_id ${ddl.text} NOT NULL,
      table_name ${ddl.text} NOT NULL,
      row_key ${ddl.text} NOT NULL,
      CONSTRAINT changed_rows_position_unique UNIQUE (tenant_id, position)
    ) ${ddl.table}`,
    ...ddl.separateTenants(["changed_rows"]),
    ...ddl.noteChanges,
    ...ddl.plannerStatistics([
      { table: "changed_rows", index: "changed_rows_position_unique", rows: [10_000, 10_000, 1] },
    ]),
  ],
};
