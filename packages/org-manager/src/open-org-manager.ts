import type { Actor, Context } from "@tenantry/core";
import { openTenantry, type Tenantry } from "tenantry";
import * as members from "./member-calls.ts";
import {
  jsonLines,
  logOperation,
  type Operation,
  type OperationLog,
  silent,
} from "./operation-log.ts";
import type { OrgManager } from "./org-manager.ts";
import { toOrgManagerError } from "./org-manager-error.ts";
import * as organizations from "./organization-calls.ts";

export interface OrgManagerOptions {
  /** `sqlite:PATH` or `json:DIRECTORY`. Default: the data directory, as JSON if it contains `organizations.json`, else as SQLite. */
  readonly databaseUrl?: string | undefined;
  /** Default: `./data`. */
  readonly dataDirectory?: string | undefined;
  /** A pino logger or an object like it; `false` for no log. Default: one JSON line on standard error per change. */
  readonly log?: OperationLog | false | undefined;
  /** The program's name in the log, in events, and in the messages of other programs that wait for its lock. */
  readonly program?: string | undefined;
}

/** What all calls share. */
interface Calls {
  readonly tenantry: Tenantry;
  readonly log: OperationLog;
  readonly actor: Actor;
}

/**
 * Opens a storage and returns the fourteen calls on it. Close it when done.
 *
 * @throws {OrgManagerError} if the storage cannot be opened; the message says what to do.
 */
export async function openOrgManager(options: OrgManagerOptions = {}): Promise<OrgManager> {
  const { log, program = "org-manager", ...place } = options;
  try {
    const tenantry = await openTenantry({ ...place, program });
    const actor: Actor = { type: "system", id: program };
    return createCalls({ tenantry, log: log === false ? silent : (log ?? jsonLines), actor });
  } catch (error) {
    throw toOrgManagerError(error);
  }
}

function createCalls(calls: Calls): OrgManager {
  const close = () => calls.tenantry.close();
  return {
    ...createOrganizationCalls(calls),
    ...createMemberCalls(calls),
    close,
    [Symbol.asyncDispose]: close,
  };
}

type OrganizationCalls = Pick<
  OrgManager,
  | "createOrganization"
  | "getOrg"
  | "updateOrgPlan"
  | "updateOrgStatus"
  | "updateOrgBillingIds"
  | "listAllOrganizations"
  | "searchOrganizations"
  | "getOrganizationsByPlan"
>;

function createOrganizationCalls(calls: Calls): OrganizationCalls {
  return {
    createOrganization: (name, planTier) =>
      change(
        calls,
        "create_organization",
        null,
        { organization_name: name, plan_tier: planTier },
        (ctx) => organizations.createOrganization(ctx, name, planTier),
      ),
    getOrg: (orgId) => read(calls, "get_org", orgId, (ctx) => organizations.getOrg(ctx, orgId)),
    updateOrgPlan: (orgId, planTier) =>
      change(calls, "update_org_plan", orgId, { plan_tier: planTier }, (ctx) =>
        organizations.updateOrgPlan(ctx, orgId, planTier),
      ),
    updateOrgStatus: (orgId, status) =>
      change(calls, "update_org_status", orgId, { status }, (ctx) =>
        organizations.updateOrgStatus(ctx, orgId, status),
      ),
    updateOrgBillingIds: (orgId, ids) =>
      change(calls, "update_org_billing_ids", orgId, { ...ids }, (ctx) =>
        organizations.updateOrgBillingIds(ctx, orgId, ids),
      ),
    listAllOrganizations: () =>
      read(calls, "list_all_organizations", null, (ctx) => organizations.listOrgs(ctx, {})),
    searchOrganizations: (query) =>
      read(calls, "search_organizations", null, (ctx) =>
        organizations.searchOrganizations(ctx, query),
      ),
    getOrganizationsByPlan: (planTier) =>
      read(calls, "get_organizations_by_plan", null, (ctx) =>
        organizations.listOrgs(ctx, { plan_tier: String(planTier) }),
      ),
  };
}

type MemberCalls = Pick<
  OrgManager,
  | "addUserToOrg"
  | "removeUserFromOrg"
  | "updateUserRole"
  | "getUserOrgs"
  | "getOrgUsers"
  | "getUserRoleInOrg"
>;

function createMemberCalls(calls: Calls): MemberCalls {
  return {
    addUserToOrg: (orgId, userId, role = "member") =>
      change(calls, "add_user_to_org", orgId, { user_id: userId, role }, (ctx) =>
        members.addUserToOrg(ctx, orgId, userId, role),
      ),
    removeUserFromOrg: (orgId, userId) =>
      change(calls, "remove_user_from_org", orgId, { user_id: userId }, (ctx) =>
        members.removeUserFromOrg(ctx, orgId, userId),
      ),
    updateUserRole: (orgId, userId, newRole) =>
      change(calls, "update_user_role", orgId, { user_id: userId, role: newRole }, (ctx) =>
        members.updateUserRole(ctx, orgId, userId, newRole),
      ),
    getUserOrgs: (userId) =>
      read(calls, "get_user_orgs", null, (ctx) => members.getUserOrgs(ctx, userId)),
    getOrgUsers: (orgId) =>
      read(calls, "get_org_users", orgId, (ctx) => members.getOrgUsers(ctx, orgId)),
    getUserRoleInOrg: (orgId, userId) =>
      read(calls, "get_user_role_in_org", orgId, (ctx) =>
        members.getUserRoleInOrg(ctx, orgId, userId),
      ),
  };
}

async function change<T>(
  calls: Calls,
  name: string,
  organizationId: string | null,
  fields: Record<string, unknown>,
  work: (ctx: Context) => Promise<T>,
): Promise<T> {
  return await run(calls, { name, organizationId, isReading: false, fields }, work);
}

async function read<T>(
  calls: Calls,
  name: string,
  organizationId: string | null,
  work: (ctx: Context) => Promise<T>,
): Promise<T> {
  return await run(calls, { name, organizationId, isReading: true }, async (ctx) => {
    // So that the read sees what others wrote to the same storage: other programs and, in a JSON directory, the Python module.
    await ctx.engine.storage.catchUp(ctx.tenantId, false);
    return await work(ctx);
  });
}

async function run<T>(
  calls: Calls,
  operation: Operation,
  work: (ctx: Context) => Promise<T>,
): Promise<T> {
  const { tenantry, log, actor } = calls;
  return await logOperation(log, actor, operation, async () => {
    try {
      return await work(tenantry.context({ actor }));
    } catch (error) {
      throw toOrgManagerError(error);
    }
  });
}
