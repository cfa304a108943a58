import type { Context } from "../context.ts";
import { DomainError } from "../errors.ts";
import { recordDenial } from "../security-log/record-denial.ts";

/**
 * Refuses a `tenant_id` in the input that is not the caller's own tenant, with the error for a tenant that does not
 * exist.
 *
 * @throws {DomainError} `tenant_not_found`.
 */
export function assertOwnTenant(
  ctx: Context,
  tenantId: string | undefined,
  operation: string,
): void {
  if (tenantId === undefined || tenantId === ctx.tenantId) return;
  // Not recorded for the operator, who may act in every tenant and only contradicted themselves.
  if (ctx.actor.type === "user") {
    recordDenial(ctx, { code: "tenant_not_found", operation, permission: "operator" });
  }
  throw new DomainError("tenant_not_found", "There is no such tenant, or it is not yours", {
    fields: [{ pointer: "/tenant_id", detail: "is not your tenant; leave it out" }],
  });
}
