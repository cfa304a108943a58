export { orgManager } from "./lazy-org-manager.ts";
export type { OrgRole } from "./member-calls.ts";
export { type OrgManagerOptions, openOrgManager } from "./open-org-manager.ts";
export type { OperationLog } from "./operation-log.ts";
export type { OrgManager } from "./org-manager.ts";
export { OrgManagerError } from "./org-manager-error.ts";
export type { BillingIds } from "./organization-calls.ts";
export type { Organization, OrgUser } from "./records.ts";
