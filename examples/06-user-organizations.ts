/** A user's organizations, as an organization switcher shows them. The first login creates a personal one. */
import "./fresh-directory.ts";
import { orgManager } from "@tenantry/org-manager";

async function onLogin(userId: string, name: string): Promise<void> {
  if ((await orgManager.getUserOrgs(userId)).length === 0) {
    const orgId = await orgManager.createOrganization(`${name}'s Organization`);
    await orgManager.addUserToOrg(orgId, userId, "owner");
  }
  console.log(`${name} belongs to:`);
  for (const organization of await orgManager.getUserOrgs(userId)) {
    const role = await orgManager.getUserRoleInOrg(organization.id, userId);
    console.log(`  ${organization.name} (${role})`);
  }
}

const acmeId = await orgManager.createOrganization("Acme Corp");
const techId = await orgManager.createOrganization("Tech Solutions");
await orgManager.addUserToOrg(acmeId, "user_alice", "owner");
await orgManager.addUserToOrg(techId, "user_alice");

await onLogin("user_alice", "Alice");
await onLogin("user_john", "John");
await onLogin("user_john", "John");

await orgManager.close();
