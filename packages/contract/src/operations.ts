import { accessOperations } from "./access/access.contract.ts";
import { authOperations } from "./auth/auth.contract.ts";
import { eventOperations } from "./events/events.contract.ts";
import { memberOperations } from "./members/members.contract.ts";
import { operationalOperations } from "./operational/operational.contract.ts";
import { orgManagerOperations } from "./org-manager/org-manager.contract.ts";
import { organizationOperations } from "./organizations/organizations.contract.ts";
import { planOperations } from "./plans/plans.contract.ts";
import { registeredOrganizationOperations } from "./registered-organizations/registered-organizations.contract.ts";
import { resourceOperations } from "./resources/resources.contract.ts";
import { roleOperations } from "./roles/roles.contract.ts";
import { securityLogOperations } from "./security-log/security-log.contract.ts";
import { teamOperations } from "./teams/teams.contract.ts";
import { tenantOperations } from "./tenants/tenants.contract.ts";
import { userOperations } from "./users/users.contract.ts";

/** The contract: every operation of the HTTP interface. A key is the operation's id; clients depend on it, so it is never renamed. */
export const operations = {
  ...authOperations,
  ...tenantOperations,
  ...organizationOperations,
  ...memberOperations,
  ...userOperations,
  ...roleOperations,
  ...planOperations,
  ...teamOperations,
  ...resourceOperations,
  ...eventOperations,
  ...securityLogOperations,
  ...accessOperations,
  ...orgManagerOperations,
  ...registeredOrganizationOperations,
  ...operationalOperations,
};

export type Operations = typeof operations;
export type OperationId = keyof Operations;
export const operationIds = Object.keys(operations) as OperationId[];
