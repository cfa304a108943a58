/** Work over several organizations, several calls at once. */
import "./fresh-directory.ts";
import { orgManager } from "@tenantry/org-manager";

// Ten at once: none is lost, here and between processes alike.
const names = Array.from({ length: 10 }, (_, index) => `Corp ${index}`);
const ids = await Promise.all(names.map((name) => orgManager.createOrganization(name)));
console.log(`Created ${new Set(ids).size} organizations at once`);

// An agency is in all of its clients' organizations, and bills for some of them.
await Promise.all(
  ids.map((id, index) =>
    orgManager.addUserToOrg(id, "user_agency", index < 3 ? "billing_admin" : "member"),
  ),
);
const organizations = await orgManager.getUserOrgs("user_agency");
const roles = await Promise.all(
  organizations.map(({ id }) => orgManager.getUserRoleInOrg(id, "user_agency")),
);
console.log(`The agency is in ${organizations.length}`);
console.log(`It bills for ${roles.filter((role) => role === "billing_admin").length}`);

// The first five grow, the last one ends.
await Promise.all(ids.slice(0, 5).map((id) => orgManager.updateOrgPlan(id, "professional")));
await orgManager.updateOrgStatus(ids[9] ?? "", "deleted");
const tally = Map.groupBy(
  await orgManager.listAllOrganizations(),
  ({ plan_tier, status }) => `${plan_tier}, ${status}`,
);
for (const [what, which] of [...tally].sort()) console.log(`${which.length} × ${what}`);

await orgManager.close();
