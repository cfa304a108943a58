import { hash } from "node:crypto";
import type { Actor, Context } from "../context.ts";
import { DomainError } from "../errors.ts";
import type { Ports } from "../store.ts";

/** What an idempotency key is bound to. */
export interface IdempotentCall {
  readonly key: string;
  readonly principal: string;
  readonly fingerprint: string;
}

/** The call's idempotency key and what it is bound to; undefined where the caller gave none. */
export function idempotentCall(
  ctx: Context,
  operation: string,
  input: unknown,
): IdempotentCall | undefined {
  if (ctx.idempotencyKey === undefined || ctx.dryRun) return undefined;
  const text = JSON.stringify([operation, input, ctx.ifMatch ?? null]);
  return {
    key: ctx.idempotencyKey,
    principal: principalOf(ctx.actor),
    fingerprint: hash("sha256", text, "hex"),
  };
}

function principalOf(actor: Actor): string {
  return actor.type === "anonymous" ? "anonymous" : `${actor.type}:${actor.id}`;
}

/** A kept answer, wrapped so that a kept `undefined` differs from no answer. */
export interface KeptAnswer {
  readonly result: unknown;
}

/**
 * The answer that the same call got earlier, if any.
 *
 * @throws {DomainError} `idempotency_key_reused` where the key was used for another call; `idempotency_key_secret`
 * where the answer held a secret, which is shown once and never kept.
 */
export async function findKeptAnswer(
  ports: Ports,
  tenantId: string,
  call: IdempotentCall,
  now: string,
): Promise<KeptAnswer | undefined> {
  const record = await ports.idempotency.find(tenantId, call.principal, call.key);
  if (record === undefined || record.expires_at <= now) return undefined;
  if (record.fingerprint !== call.fingerprint) {
    throw new DomainError(
      "idempotency_key_reused",
      "This Idempotency-Key was sent with another request; use a new key for a new request",
    );
  }
  if (record.result === null) {
    throw new DomainError(
      "idempotency_key_secret",
      "This request succeeded already; its answer contained a secret, which is shown only once and not kept",
    );
  }
  return { result: JSON.parse(record.result).value };
}

/** Keeps a successful answer, in the transaction of the mutation. */
export async function keepAnswer(
  ctx: Context,
  ports: Ports,
  call: IdempotentCall,
  nowMs: number,
  result: unknown,
  holdsSecret: boolean,
): Promise<void> {
  await ports.idempotency.insert({
    tenant_id: ctx.tenantId,
    principal: call.principal,
    idempotency_key: call.key,
    fingerprint: call.fingerprint,
    result: holdsSecret ? null : JSON.stringify({ value: result }),
    created_at: new Date(nowMs).toISOString(),
    expires_at: new Date(nowMs + ctx.engine.settings.idempotencyTtlSeconds * 1000).toISOString(),
  });
}
