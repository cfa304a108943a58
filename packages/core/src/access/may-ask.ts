import type { Context } from "../context.ts";
import { isAllowed } from "./access.policy.ts";
import { authorizeRead, isOperator, requireActor } from "./authorize.ts";

/**
 * Authorizes a question about what a user may do: anyone about themselves, the operator about everyone, and callers
 * who may see the members. `check` itself authorizes nobody, since the embedding program calls it.
 *
 * @throws {DomainError} `authentication_required`, `organization_not_found`, `permission_denied`.
 */
export async function assertMayAsk(
  ctx: Context,
  organizationId: string,
  userId: string,
): Promise<void> {
  if (mayAskAtOnce(ctx, organizationId, userId)) return;
  await requireActor(ctx);
  await authorizeRead(ctx, "check", organizationId, "member:read");
}

/**
 * As {@link assertMayAsk}, answered from memory alone because it runs before every check over HTTP. False means that
 * it is not known yet.
 */
export function mayAskAtOnce(ctx: Context, organizationId: string, userId: string): boolean {
  const { actor, engine, tenantId } = ctx;
  if (isOperator(ctx)) return true;
  if (actor.type !== "user") return false;
  if (actor.id === userId) return true;
  if (engine.storage.catchUp(tenantId, false) instanceof Promise) return false;
  const access = engine.permissions.find(tenantId, organizationId, actor.id)?.access;
  return access !== undefined && access !== null && isAllowed(access, "member:read");
}
