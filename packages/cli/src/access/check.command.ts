import { check, checkSchema, parseInput } from "@tenantry/core";
import { exitCodes } from "../exit-codes.ts";
import { findOrganization, findUser } from "../find-records.ts";
import type { GlobalOptions } from "../global-options.ts";
import { withTenantry } from "../with-tenantry.ts";

/** `tenantry check USER ORG PERMISSION`: exits with 0 for yes and 1 for no. */
export async function runCheck(
  user: string,
  org: string,
  permission: string,
  options: GlobalOptions,
): Promise<void> {
  await withTenantry(options, "check", async ({ ctx, output }) => {
    const request = parseInput(checkSchema, {
      user_id: (await findUser(ctx, user)).id,
      organization_id: (await findOrganization(ctx, org)).id,
      permission,
    });
    const result = await check(ctx, request);
    if (!result.allowed) process.exitCode = exitCodes.refused;
    const roles = result.roles.length === 0 ? "no role there" : result.roles.join(", ");
    await output.answer(result, () => `${result.allowed ? "allowed" : "denied"} (${roles})`);
  });
}
