/** Adding users. Their ids come from your identity provider; a user who does not exist yet is created. */
import "./fresh-directory.ts";
import { orgManager } from "@tenantry/org-manager";

const orgId = await orgManager.createOrganization("Acme Corp");
await orgManager.addUserToOrg(orgId, "user_alice", "owner");
await orgManager.addUserToOrg(orgId, "user_bob");
await orgManager.addUserToOrg(orgId, "user_cleo", "billing_admin");

const users = await orgManager.getOrgUsers(orgId);
console.log(`Acme Corp has ${users.length} users:`);
for (const user of users) console.log(`  ${user.user_id}: ${user.role}`);

await orgManager.removeUserFromOrg(orgId, "user_bob");
console.log(`After Bob left: ${(await orgManager.getOrgUsers(orgId)).length}`);

await orgManager.close();
