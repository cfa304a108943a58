import type { Awaitable } from "../awaitable.ts";

/** A successful answer under the key that its caller gave; written in the transaction of the mutation. */
export interface IdempotencyRecord {
  readonly tenant_id: string;
  /** Whose key it is: two callers' keys never meet. */
  readonly principal: string;
  readonly idempotency_key: string;
  /** Hash of operation and input: the same key with another is an error. */
  readonly fingerprint: string;
  /** The use case's result as JSON; null where it held a secret and was not kept. */
  readonly result: string | null;
  readonly created_at: string;
  readonly expires_at: string;
}

export interface IdempotencyStore {
  find(tenantId: string, principal: string, key: string): Awaitable<IdempotencyRecord | undefined>;
  /** Takes the place of an expired record with the same key. */
  insert(record: IdempotencyRecord): Awaitable<void>;
  /** Removes records that expired before `before`, `limit` at most; how many. */
  removeExpired(tenantId: string, before: string, limit: number): Awaitable<number>;
}
