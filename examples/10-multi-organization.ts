/** Working with several organizations, with several calls at once. */
import "./fresh-directory.ts";
import { orgManager } from "@tenantry/org-manager";

// Ten at once. None is lost, within one process or between several.
const names = Array.from({ length: 10 }, (_, index) => `Corp ${index}`);
const ids = await Promise.all(names.map((name) => orgManager.createOrganization(name)));
console.log(`Created ${new Set(ids).size} organizations at once`);

// An agency is a member of all its clients' organizations, and is billing_admin in some of them.
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

// The first five change their plan, the last one is deleted.
await Promise.all(ids.slice(0, 5).map((id) => orgManager.updateOrgPlan(id, "professional")));
await orgManager.updateOrgStatus(ids[9] ?? "", "deleted");
const tally = Map.groupBy(
  await orgManager.listAllOrganizations(),
  ({ plan_tier, status }) => `${plan_tier}, ${status}`,
);
for (const [what, which] of [...tally].sort()) console.log(`${which.length} × ${what}`);

await orgManager.close();
