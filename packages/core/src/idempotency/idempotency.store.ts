import type { Awaitable } from "../awaitable.ts";

/** A successful answer under the idempotency key of its caller, written in the transaction of the mutation. */
export interface IdempotencyRecord {
  readonly tenant_id: string;
  /** The caller. Keys of different callers are independent. */
  readonly principal: string;
  readonly idempotency_key: string;
  /** A hash of the operation and its input. The same key with another fingerprint is an error. */
  readonly fingerprint: string;
  /** The use case's result as JSON; null where it held a secret and was not kept. */
  readonly result: string | null;
  readonly created_at: string;
  readonly expires_at: string;
}

export interface IdempotencyStore {
  find(tenantId: string, principal: string, key: string): Awaitable<IdempotencyRecord | undefined>;
  /** Replaces an expired record with the same key. */
  insert(record: IdempotencyRecord): Awaitable<void>;
  /** Removes up to `limit` records that expired before `before`, and returns how many. */
  removeExpired(tenantId: string, before: string, limit: number): Awaitable<number>;
}
