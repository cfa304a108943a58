/** Creating organizations. The first call opens ./data; no configuration is needed. */
import "./fresh-directory.ts";
import { orgManager } from "@tenantry/org-manager";

const acmeId = await orgManager.createOrganization("Acme Corp");
const techId = await orgManager.createOrganization("Tech Solutions", "professional");

for (const id of [acmeId, techId]) {
  const organization = await orgManager.getOrg(id);
  console.log(`${organization?.name}: plan ${organization?.plan_tier}, ${organization?.status}`);
}
const isRecent =
  Date.now() - ((await orgManager.getOrg(acmeId))?.created_at.getTime() ?? 0) < 60_000;
console.log(`Ids begin with org_: ${acmeId.startsWith("org_")}; created just now: ${isRecent}`);

await orgManager.close();
