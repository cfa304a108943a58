import { type Access, isAllowed } from "../access/access.policy.ts";

/**
 * Whether a caller may choose another plan. Owners and billing admins may if no billing provider is configured;
 * otherwise only the billing upgrade changes the plan.
 */
export function canChoosePlan(
  isAdministrator: boolean,
  access: Access,
  isBillingConfigured: boolean,
): boolean {
  return isAdministrator || (!isBillingConfigured && isAllowed(access, "billing:write"));
}
