import { type Context, DomainError, findTenant } from "@tenantry/core";
import type { ServerParts } from "../server-parts.ts";
import type { Caller } from "./credentials.ts";

/**
 * The surroundings of a call in the tenant that the header `Tenantry-Tenant` names. A user's is the token's own, and naming another is
 * the same as naming one that does not exist.
 *
 * @throws {DomainError} `tenant_not_found`.
 */
export async function findCallerContext(
  { engine }: ServerParts,
  caller: Caller,
  named: string | undefined,
): Promise<Context> {
  if (named === undefined || named === caller.tenantId) return caller.context;
  const tenant = await findTenant(engine, named);
  const isReachable = tenant !== undefined && tenant.status !== "deleted";
  if (!isReachable || (caller.tenantId !== null && caller.tenantId !== tenant.id)) {
    throw new DomainError(
      "tenant_not_found",
      "Tenantry-Tenant: there is no such tenant, or it is not yours",
    );
  }
  return { ...caller.context, tenantId: tenant.id };
}
