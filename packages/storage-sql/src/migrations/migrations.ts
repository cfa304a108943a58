import { initialMigration } from "./0001-initial.ts";
import { sweepByTenantMigration } from "./0002-sweep-by-tenant.ts";
import { tenantRowsMigration } from "./0003-tenant-rows.ts";
import { rowLevelSecurityMigration } from "./0004-row-level-security.ts";
import { placementsMigration } from "./0005-placements.ts";
import { movesMigration } from "./0006-moves.ts";
import { moveRecordsMigration } from "./0007-move-records.ts";
import { registeredOrganizationsMigration } from "./0008-registered-organizations.ts";
import { purgesMigration } from "./0009-purges.ts";
import { accessInOneReadMigration } from "./0010-access-in-one-read.ts";
import type { Migration } from "./migration.ts";

/** Every migration, in order. A released one is never changed; add another one instead. */
export const migrations: readonly Migration[] = [
  initialMigration,
  sweepByTenantMigration,
  tenantRowsMigration,
  rowLevelSecurityMigration,
  placementsMigration,
  movesMigration,
  moveRecordsMigration,
  registeredOrganizationsMigration,
  purgesMigration,
  accessInOneReadMigration,
];
