import type { Context } from "../context.ts";
import { DomainError } from "../errors.ts";

/**
 * A tenant named in a body must be the caller's own (decision 1). Another one's answer is the answer for one that does not exist.
 *
 * @throws {DomainError} `tenant_not_found`.
 */
export function assertOwnTenant(ctx: Context, tenantId: string | undefined): void {
  if (tenantId === undefined || tenantId === ctx.tenantId) return;
  throw new DomainError("tenant_not_found", "There is no such tenant, or it is not yours", {
    fields: [{ pointer: "/tenant_id", detail: "is not your tenant; leave it out" }],
  });
}
