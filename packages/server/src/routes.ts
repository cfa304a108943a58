import { accessRoutes } from "./access/access.routes.ts";
import { authRoutes } from "./auth/auth.routes.ts";
import { eventRoutes } from "./events/events.routes.ts";
import type { Routes } from "./http/call.ts";
import { memberRoutes } from "./members/members.routes.ts";
import { operationalRoutes } from "./operational/operational.routes.ts";
import { orgManagerRoutes } from "./org-manager/org-manager.routes.ts";
import { organizationRoutes } from "./organizations/organizations.routes.ts";
import { planRoutes } from "./plans/plans.routes.ts";
import { registeredOrganizationRoutes } from "./registered-organizations/registered-organizations.routes.ts";
import { resourceRoutes } from "./resources/resources.routes.ts";
import { roleRoutes } from "./roles/roles.routes.ts";
import { securityLogRoutes } from "./security-log/security-log.routes.ts";
import { teamRoutes } from "./teams/teams.routes.ts";
import { tenantRoutes } from "./tenants/tenants.routes.ts";
import { userRoutes } from "./users/users.routes.ts";

/** The handler of every operation; a missing one does not compile. */
export const routes: Routes = {
  ...authRoutes,
  ...tenantRoutes,
  ...organizationRoutes,
  ...memberRoutes,
  ...userRoutes,
  ...roleRoutes,
  ...planRoutes,
  ...teamRoutes,
  ...resourceRoutes,
  ...eventRoutes,
  ...securityLogRoutes,
  ...accessRoutes,
  ...orgManagerRoutes,
  ...registeredOrganizationRoutes,
  ...operationalRoutes,
};
