/** Upgrading a plan, after checking the role of the user who asks. */
import "./fresh-directory.ts";
import { orgManager } from "@tenantry/org-manager";

const orgId = await orgManager.createOrganization("Acme Corp");
await orgManager.addUserToOrg(orgId, "user_alice", "owner");
await orgManager.addUserToOrg(orgId, "user_bob");

async function upgrade(userId: string, planTier: string): Promise<void> {
  const role = await orgManager.getUserRoleInOrg(orgId, userId);
  if (role !== "owner" && role !== "billing_admin") {
    console.log(`${userId} (${role}) may not choose a plan`);
    return;
  }
  await orgManager.updateOrgPlan(orgId, planTier);
  console.log(`${userId} (${role}) chose ${(await orgManager.getOrg(orgId))?.plan_tier}`);
}

console.log(`Begins on ${(await orgManager.getOrg(orgId))?.plan_tier}`);
await upgrade("user_bob", "enterprise");
await upgrade("user_alice", "professional");
await upgrade("user_alice", "enterprise");
const onEnterprise = await orgManager.getOrganizationsByPlan("enterprise");
console.log(`On enterprise: ${onEnterprise.map((organization) => organization.name).join(", ")}`);

await orgManager.close();
