import { type Context, DomainError, findTenant, recordDenial } from "@tenantry/core";
import type { ServerParts } from "../server-parts.ts";
import type { Caller, Door } from "./credentials.ts";

/**
 * The surroundings of a call in the tenant that the header `Tenantry-Tenant` names. A user's is the token's own, and naming another is
 * the same as naming one that does not exist.
 *
 * @throws {DomainError} `tenant_not_found`.
 */
export async function findCallerContext(
  { engine }: ServerParts,
  caller: Caller,
  { tenant: named, requestId }: Door,
): Promise<Context> {
  const context = { ...caller.context, requestId };
  if (named === undefined || named === caller.tenantId) return context;
  const tenant = await findTenant(engine, named);
  const isReachable = tenant !== undefined && tenant.status !== "deleted";
  if (!isReachable || (caller.tenantId !== null && caller.tenantId !== tenant.id)) {
    // To the operator and the anonymous every tenant is open to be named: there is just none.
    if (caller.tenantId !== null) {
      recordDenial(context, {
        code: "tenant_not_found",
        operation: "authenticate",
        permission: "operator",
      });
    }
    throw new DomainError(
      "tenant_not_found",
      "Tenantry-Tenant: there is no such tenant, or it is not yours",
    );
  }
  return { ...context, tenantId: tenant.id };
}
