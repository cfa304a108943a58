import { accessTables } from "./0001-initial/access-tables.ts";
import { directoryTables } from "./0001-initial/directory-tables.ts";
import { eventTables } from "./0001-initial/event-tables.ts";
import { organizationTables } from "./0001-initial/organization-tables.ts";
import { plannerStatistics } from "./0001-initial/planner-statistics.ts";
import { teamTables } from "./0001-initial/team-tables.ts";
import type { Migration } from "./migration.ts";

/**
 * The first schema. `tenant_id` comes first in every primary, unique and foreign key, so that the database itself
 * refuses a row that mixes two tenants. Foreign keys within an organization include its id too.
 */
export const initialMigration: Migration = {
  name: "0001-initial",
  statements: (dialect) => [
    ...dialect.ddl.mark,
    ...directoryTables(dialect),
    ...organizationTables(dialect),
    ...teamTables(dialect),
    ...eventTables(dialect),
    ...accessTables(dialect),
    ...plannerStatistics(dialect),
  ],
};
