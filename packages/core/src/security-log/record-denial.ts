import type { Actor, Context } from "../context.ts";
import { isDomainError } from "../errors.ts";
import { type DenialCode, refusedCredentialCodes } from "./security-log.schema.ts";

/** What was refused; who was refused it, and where, the context says. */
export interface Refusal {
  readonly code: DenialCode;
  readonly operation: string;
  readonly organization_id?: string | null;
  readonly permission?: string | null;
}

/** Keeps a refusal in the security log of the context's tenant: the one door to it. @returns takes it back at once. */
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

interface SaidDenial {
  readonly ctx: Context;
  readonly refusal: Refusal;
  readonly takeBack: () => void;
}

/** Refusals by the errors that say them. */
const saidBy = new WeakMap<object, SaidDenial>();

/** As {@link recordDenial}, for a refusal that an error says: one that no caller hears can be taken back. */
export function recordDenialOf(error: Error, ctx: Context, refusal: Refusal): void {
  saidBy.set(error, { ctx, refusal, takeBack: recordDenial(ctx, refusal) });
}

/** The refusal that an error says is no more kept, at once: the body of a transaction that threw it may yet be run again. */
export function takeBackDenialOf(error: unknown): void {
  if (error instanceof Error) saidBy.get(error)?.takeBack();
}

/** The caller hears the error whose refusal was taken back: it is kept after all. */
export function keepDenialOf(error: unknown): void {
  const said = error instanceof Error ? saidBy.get(error) : undefined;
  if (said !== undefined) recordDenial(said.ctx, said.refusal);
}

/** True for the refusal of a credential: whoever sent it is not let in, and may send any number of them. */
export function isRefusedCredential(code: string): boolean {
  return (refusedCredentialCodes as readonly string[]).includes(code);
}

/** Keeps that a credential was refused; an error of another kind is none of the security log's. */
export function recordRefusedCredential(ctx: Context, operation: string, error: unknown): void {
  const code = refusedCredentialCodes.find((one) => isDomainError(error, one));
  if (code !== undefined) recordDenial(ctx, { code, operation });
}

const anonymous: Actor = { type: "anonymous" };

/**
 * Keeps in the security log that a password or refresh token was refused, at the door of this tenant. Whoever knocked has shown nothing,
 * so nobody is named: an unknown address, a wrong password and somebody else's token leave the same line, which costs the answer nothing.
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
