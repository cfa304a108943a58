import type { Context } from "../context.ts";
import { DomainError } from "../errors.ts";
import { recordDenial } from "../security-log/record-denial.ts";

/**
 * A tenant named in a body must be the caller's own (decision 1). Another one's answer is the answer for one that does not exist.
 *
 * @throws {DomainError} `tenant_not_found`.
 */
export function assertOwnTenant(
  ctx: Context,
  tenantId: string | undefined,
  operation: string,
): void {
  if (tenantId === undefined || tenantId === ctx.tenantId) return;
  // The operator, who may go to every tenant, has only contradicted themselves.
  if (ctx.actor.type === "user") {
    recordDenial(ctx, { code: "tenant_not_found", operation, permission: "operator" });
  }
  throw new DomainError("tenant_not_found", "There is no such tenant, or it is not yours", {
    fields: [{ pointer: "/tenant_id", detail: "is not your tenant; leave it out" }],
  });
}
