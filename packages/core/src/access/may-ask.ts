import type { Context } from "../context.ts";
import { isAllowed } from "./access.policy.ts";
import { authorizeRead, isOperator, requireActor } from "./authorize.ts";

/**
 * Lets a caller ask what a user may do in an organization: everybody about themselves, the operator about all, and whoever may see the
 * members. `check` itself asks nobody's leave, for the program that embeds it.
 *
 * Answers at once where memory knows it, since this stands before every check over HTTP.
 *
 * @throws {DomainError} `authentication_required`, `organization_not_found`, `permission_denied`.
 */
export function assertMayAsk(
  ctx: Context,
  organizationId: string,
  userId: string,
): undefined | Promise<unknown> {
  const { actor, engine, tenantId } = ctx;
  if (actor.type === "user") {
    if (actor.id === userId) return undefined;
    const isCurrent = !(engine.storage.catchUp(tenantId, false) instanceof Promise);
    const access = engine.permissions.find(tenantId, organizationId, actor.id)?.access;
    if (isCurrent && access && isAllowed(access, "member:read")) return undefined;
  }
  requireActor(ctx);
  if (isOperator(ctx)) return undefined;
  return authorizeRead(ctx, "check", organizationId, "member:read");
}
