/** Errors: breaking a rule throws; a record that does not exist gives false or null. */
import "./fresh-directory.ts";
import { OrgManagerError, orgManager } from "@tenantry/org-manager";

async function attempt(what: string, call: () => Promise<unknown>): Promise<void> {
  try {
    console.log(`${what}: ${await call()}`);
  } catch (error) {
    if (!(error instanceof OrgManagerError)) throw error;
    console.log(`${what}: ${error.code}: ${error.message}`);
  }
}

const orgId = await orgManager.createOrganization("Duplicate Name");
await orgManager.addUserToOrg(orgId, "user_alice", "owner");

await attempt("The same name", () => orgManager.createOrganization("Duplicate Name"));
await attempt("No name", () => orgManager.createOrganization("  "));
await attempt("An unknown role", () =>
  // Input from outside is not type-checked.
  orgManager.addUserToOrg(orgId, "user_bob", JSON.parse('"king"')),
);
await attempt("An unknown status", () =>
  orgManager.updateOrgStatus(orgId, JSON.parse('"archived"')),
);
await attempt("The last owner leaves", () => orgManager.removeUserFromOrg(orgId, "user_alice"));
await attempt("A plan for nobody", () => orgManager.updateOrgPlan("org_fake", "pro"));
await attempt("An organization that is not there", () => orgManager.getOrg("org_nonexistent"));
await attempt("A stranger leaves", () => orgManager.removeUserFromOrg(orgId, "user_eve"));

await orgManager.close();
