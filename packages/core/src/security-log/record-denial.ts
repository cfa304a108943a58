import type { Actor, Context } from "../context.ts";
import { isDomainError } from "../errors.ts";
import { type DenialCode, refusedCredentialCodes } from "./security-log.schema.ts";

/** A refused call. Caller and tenant come from the context. */
export interface Refusal {
  readonly code: DenialCode;
  readonly operation: string;
  readonly organization_id?: string | null;
  readonly permission?: string | null;
}

/**
 * Records a refusal in the security log of the context's tenant. Everything in the log comes through here.
 *
 * @returns a function that takes the record back.
 */
export function recordDenial(ctx: Context, refusal: Refusal): () => void {
  return ctx.engine.recordDenial({
    tenant_id: ctx.tenantId,
    code: refusal.code,
    operation: refusal.operation,
    actor_type: ctx.actor.type,
    actor_id: ctx.actor.type === "anonymous" ? null : ctx.actor.id,
    organization_id: refusal.organization_id ?? null,
    permission: refusal.permission ?? null,
    request_id: ctx.requestId ?? null,
  });
}

interface RecordedDenial {
  readonly ctx: Context;
  readonly refusal: Refusal;
  readonly takeBack: () => void;
}

/** Recorded refusals by the error that the caller gets. */
const recordedDenials = new WeakMap<object, RecordedDenial>();

/**
 * As {@link recordDenial}, for a refusal that ends in an error. If no caller gets the error, the record can be taken
 * back.
 */
export function recordDenialOf(error: Error, ctx: Context, refusal: Refusal): void {
  recordedDenials.set(error, { ctx, refusal, takeBack: recordDenial(ctx, refusal) });
}

/** Takes back the record of an error: a transaction body threw it and may be run again. */
export function takeBackDenialOf(error: unknown): void {
  if (error instanceof Error) recordedDenials.get(error)?.takeBack();
}

/** Records it again after all, because the caller does get the error. */
export function keepDenialOf(error: unknown): void {
  const recorded = error instanceof Error ? recordedDenials.get(error) : undefined;
  if (recorded !== undefined) recordDenial(recorded.ctx, recorded.refusal);
}

/** True for refused credentials. An unauthenticated sender can cause any number of them. */
export function isRefusedCredential(code: string): boolean {
  return (refusedCredentialCodes as readonly string[]).includes(code);
}

/** Records a refused credential; does nothing for any other error. */
export function recordRefusedCredential(ctx: Context, operation: string, error: unknown): void {
  const code = refusedCredentialCodes.find((one) => isDomainError(error, one));
  if (code !== undefined) recordDenial(ctx, { code, operation });
}

const anonymous: Actor = { type: "anonymous" };

/**
 * Records a refused password or refresh token in the security log of the tenant. The sender is not authenticated, so
 * the record names nobody: an unknown address, a wrong password and a stolen token leave the same line, and finding
 * out more would change the response time.
 */
export async function keepRefusals<T>(
  ctx: Context,
  operation: string,
  work: () => Promise<T>,
): Promise<T> {
  try {
    return await work();
  } catch (error) {
    recordRefusedCredential({ ...ctx, actor: anonymous }, operation, error);
    throw error;
  }
}
