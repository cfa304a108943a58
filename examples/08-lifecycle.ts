/** The life of an organization: active, suspended, deleted, restored. A deleted organization keeps its members. */
import "./fresh-directory.ts";
import { orgManager } from "@tenantry/org-manager";

const orgId = await orgManager.createOrganization("Acme Corp");
await orgManager.addUserToOrg(orgId, "user_alice", "owner");

async function show(moment: string): Promise<void> {
  const status = (await orgManager.getOrg(orgId))?.status;
  const role = await orgManager.getUserRoleInOrg(orgId, "user_alice");
  console.log(`${moment}: ${status}, Alice is ${role}`);
}

await show("Created");
await orgManager.updateOrgStatus(orgId, "suspended");
await show("Not paid");
await orgManager.updateOrgStatus(orgId, "active");
await show("Paid");
await orgManager.updateOrgStatus(orgId, "deleted");
await show("Closed");
await orgManager.updateOrgStatus(orgId, "active");
await show("Back again");

await orgManager.close();
