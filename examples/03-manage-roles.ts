/** Managing roles: owner, member, billing_admin. An organization that has an owner must keep one. */
import "./fresh-directory.ts";
import { OrgManagerError, orgManager } from "@tenantry/org-manager";

const orgId = await orgManager.createOrganization("Acme Corp");
await orgManager.addUserToOrg(orgId, "user_alice", "owner");
await orgManager.addUserToOrg(orgId, "user_bob");

console.log(`Bob begins as ${await orgManager.getUserRoleInOrg(orgId, "user_bob")}`);
await orgManager.updateUserRole(orgId, "user_bob", "billing_admin");
console.log(`Bob is now ${await orgManager.getUserRoleInOrg(orgId, "user_bob")}`);

try {
  await orgManager.updateUserRole(orgId, "user_alice", "member");
} catch (error) {
  if (!(error instanceof OrgManagerError)) throw error;
  console.log(`Alice stays: ${error.message}`);
}

await orgManager.updateUserRole(orgId, "user_bob", "owner");
await orgManager.updateUserRole(orgId, "user_alice", "member");
console.log(`Handed over: Bob is ${await orgManager.getUserRoleInOrg(orgId, "user_bob")}`);
console.log(`A stranger's role: ${await orgManager.getUserRoleInOrg(orgId, "user_eve")}`);

await orgManager.close();
