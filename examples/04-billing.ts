/** Setting the customer ids that an organization has at Lago and Stripe. */
import "./fresh-directory.ts";
import { orgManager } from "@tenantry/org-manager";

const orgId = await orgManager.createOrganization("Acme Corp");

async function show(moment: string): Promise<void> {
  const organization = await orgManager.getOrg(orgId);
  const lago = organization?.lago_customer_id ?? "none";
  const stripe = organization?.stripe_customer_id ?? "none";
  console.log(`${moment}: Lago ${lago}, Stripe ${stripe}`);
}

await show("At first");
await orgManager.updateOrgBillingIds(orgId, { lagoId: "lago_cust_abc", stripeId: "cus_xyz" });
await show("Linked");
// An id that is not given stays unchanged.
await orgManager.updateOrgBillingIds(orgId, { stripeId: "cus_new" });
await show("Moved at Stripe");
await orgManager.updateOrgBillingIds(orgId, { lagoId: null });
await show("Left Lago");

await orgManager.close();
