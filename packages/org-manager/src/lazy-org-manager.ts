import { openOrgManager } from "./open-org-manager.ts";
import type { OrgManager } from "./org-manager.ts";

/**
 * The fourteen calls without configuration. The first call opens the storage: `./data`, or the place given by the server's
 * settings `DATABASE_URL` and `TENANTRY_DATA_DIR`, so that a program and a server in one environment share their data.
 */
export const orgManager: OrgManager = createLazyOrgManager();

function createLazyOrgManager(): OrgManager {
  let opened: Promise<OrgManager> | undefined;

  function open(): Promise<OrgManager> {
    opened ??= openFromEnvironment().catch((error: unknown) => {
      // The cause may be repaired before the next call, so that call tries again.
      opened = undefined;
      throw error;
    });
    return opened;
  }

  async function close(): Promise<void> {
    const closing = opened;
    opened = undefined;
    await (await closing)?.close();
  }

  return {
    createOrganization: async (...args) => (await open()).createOrganization(...args),
    getOrg: async (...args) => (await open()).getOrg(...args),
    updateOrgPlan: async (...args) => (await open()).updateOrgPlan(...args),
    updateOrgStatus: async (...args) => (await open()).updateOrgStatus(...args),
    updateOrgBillingIds: async (...args) => (await open()).updateOrgBillingIds(...args),
    listAllOrganizations: async () => (await open()).listAllOrganizations(),
    searchOrganizations: async (...args) => (await open()).searchOrganizations(...args),
    getOrganizationsByPlan: async (...args) => (await open()).getOrganizationsByPlan(...args),
    addUserToOrg: async (...args) => (await open()).addUserToOrg(...args),
    removeUserFromOrg: async (...args) => (await open()).removeUserFromOrg(...args),
    updateUserRole: async (...args) => (await open()).updateUserRole(...args),
    getUserOrgs: async (...args) => (await open()).getUserOrgs(...args),
    getOrgUsers: async (...args) => (await open()).getOrgUsers(...args),
    getUserRoleInOrg: async (...args) => (await open()).getUserRoleInOrg(...args),
    close,
    [Symbol.asyncDispose]: close,
  };
}

async function openFromEnvironment(): Promise<OrgManager> {
  const { DATABASE_URL, TENANTRY_DATA_DIR } = process.env;
  return await openOrgManager({
    databaseUrl: DATABASE_URL || undefined,
    dataDirectory: TENANTRY_DATA_DIR || undefined,
  });
}
