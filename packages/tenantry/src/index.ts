export { type DatabaseLocation, parseDatabaseUrl } from "./database-url.ts";
export { openTenantry, type Tenantry, type TenantryOptions } from "./open-tenantry.ts";
