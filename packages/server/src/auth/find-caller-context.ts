import { type Context, DomainError, findTenant, recordDenial } from "@tenantry/core";
import type { ServerParts } from "../server-parts.ts";
import type { Caller, CredentialSource } from "./credentials.ts";

/**
 * The context of a call, in the tenant that the header `Tenantry-Tenant` names. A user's tenant is that of the token;
 * naming another gets the answer for one that does not exist.
 *
 * @param inPath The tenant that the path names, by id or slug. The operator's header may name the same one, which says
 * nothing more: also after the call has deleted it, so that it can be repeated.
 * @throws {DomainError} `tenant_not_found`.
 */
export async function findCallerContext(
  { engine }: ServerParts,
  caller: Caller,
  { tenant: named, requestId }: CredentialSource,
  inPath: string | undefined,
): Promise<Context> {
  const context = { ...caller.context, requestId };
  if (named === undefined || named === caller.tenantId) return context;
  const tenant = await findTenant(engine, named);
  const isSameAsInPath = [named, tenant?.id, tenant?.slug].includes(inPath);
  if (caller.tenantId === null && inPath !== undefined && isSameAsInPath) return context;
  const isReachable = tenant !== undefined && tenant.status !== "deleted";
  if (!isReachable || (caller.tenantId !== null && caller.tenantId !== tenant.id)) {
    // Only for users: the operator and anonymous callers may name any tenant, so a wrong name is no refusal to
    // record.
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
