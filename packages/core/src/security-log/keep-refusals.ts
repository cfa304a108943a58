import type { Context } from "../context.ts";
import { type ErrorCode, isDomainError } from "../errors.ts";

/** What is answered to somebody who could not show who they are. */
const codes: readonly ErrorCode[] = ["invalid_credentials", "invalid_token", "session_revoked"];

/**
 * Keeps in the security log that a password or token was refused, at the door of this tenant. Whoever knocked has shown nothing, so nobody
 * is named: an unknown address, a wrong password and somebody else's token leave the same line, which costs the answer nothing.
 */
export async function keepRefusals<T>(
  ctx: Context,
  operation: string,
  work: () => Promise<T>,
): Promise<T> {
  try {
    return await work();
  } catch (error) {
    const code = codes.find((one) => isDomainError(error, one));
    if (code !== undefined) {
      ctx.engine.recordDenial({
        tenant_id: ctx.tenantId,
        code,
        operation,
        actor_type: "anonymous",
        actor_id: null,
        organization_id: null,
        permission: null,
        request_id: ctx.requestId ?? null,
      });
    }
    throw error;
  }
}
