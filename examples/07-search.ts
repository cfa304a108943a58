/** Searching and filtering organizations. */
import "./fresh-directory.ts";
import { type Organization, orgManager } from "@tenantry/org-manager";

await orgManager.createOrganization("Tech Corp", "professional");
await orgManager.createOrganization("BioTech Labs", "enterprise");
await orgManager.createOrganization("Finance Inc", "professional");

function show(what: string, organizations: readonly Organization[]): void {
  const names = organizations.map((organization) => organization.name);
  console.log(`${what}: ${names.join(", ") || "none"}`);
}

show("All", await orgManager.listAllOrganizations());
show('With "tech"', await orgManager.searchOrganizations("tech"));
show('With "xyz"', await orgManager.searchOrganizations("xyz"));
show("Professional", await orgManager.getOrganizationsByPlan("professional"));
const all = await orgManager.listAllOrganizations();
show(
  "Active and not enterprise",
  all.filter(({ status, plan_tier }) => status === "active" && plan_tier !== "enterprise"),
);

await orgManager.close();
