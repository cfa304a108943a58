import type { Awaitable } from "../awaitable.ts";

export interface SessionRecord {
  readonly tenant_id: string;
  readonly id: string;
  readonly user_id: string;
  readonly created_at: string;
  readonly expires_at: string;
  readonly revoked_at: string | null;
}

/** One refresh token of a session's family. A used one stays until the session ends, so that its reuse is seen. */
export interface RefreshTokenRecord {
  readonly tenant_id: string;
  /** SHA-256 of the token, hex: the token itself is never stored. */
  readonly token_hash: string;
  readonly session_id: string;
  readonly created_at: string;
  readonly used_at: string | null;
}

export interface SessionStore {
  insert(session: SessionRecord): Awaitable<void>;
  find(tenantId: string, id: string): Awaitable<SessionRecord | undefined>;
  revoke(tenantId: string, id: string, at: string): Awaitable<void>;
  revokeAllOf(tenantId: string, userId: string, at: string): Awaitable<void>;
  insertRefreshToken(token: RefreshTokenRecord): Awaitable<void>;
  findRefreshToken(tenantId: string, tokenHash: string): Awaitable<RefreshTokenRecord | undefined>;
  /** Marks an unused token used; true for the one caller that did it. */
  useRefreshToken(tenantId: string, tokenHash: string, at: string): Awaitable<boolean>;
  /** Removes sessions of the tenant that ended before `before` with their tokens, `limit` at most; how many. */
  removeEnded(tenantId: string, before: string, limit: number): Awaitable<number>;
}
