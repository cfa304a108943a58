export { findOpenToOthers } from "@tenantry/storage-json";
export { type DatabaseLocation, describeLocation, parseDatabaseUrl } from "./database-url.ts";
export {
  backupDatabase,
  type DatabaseInspection,
  type InspectOptions,
  inspectDatabase,
  restoreDatabase,
} from "./maintenance.ts";
export {
  type MigrateStorageOptions,
  migrateStorage,
  type StorageMigration,
} from "./migrate-storage/migrate-storage.ts";
export { type MoveTenantOptions, moveTenant } from "./move-tenant.ts";
export { openTenantry, type Tenantry, type TenantryOptions } from "./open-tenantry.ts";
