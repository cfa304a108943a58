export { type DatabaseLocation, parseDatabaseUrl } from "./database-url.ts";
export { backupDatabase, inspectDatabase, restoreDatabase } from "./maintenance.ts";
export { openTenantry, type Tenantry, type TenantryOptions } from "./open-tenantry.ts";
