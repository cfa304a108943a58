import { type Access, isAllowed } from "../access/access.policy.ts";

/**
 * Whether a caller may choose another plan (decision 11): owner and billing administrator do where no billing provider is configured;
 * where one is, a plan is reached through the upgrade alone.
 */
export function canChoosePlan(
  isAdministrator: boolean,
  access: Access,
  isBillingConfigured: boolean,
): boolean {
  return isAdministrator || (!isBillingConfigured && isAllowed(access, "billing:write"));
}
