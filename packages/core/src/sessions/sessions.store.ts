import type { Awaitable } from "../awaitable.ts";

export interface SessionRecord {
  readonly tenant_id: string;
  readonly id: string;
  readonly user_id: string;
  readonly created_at: string;
  readonly expires_at: string;
  readonly revoked_at: string | null;
}

/** A refresh token of a session. A used token stays until the session ends, so that its reuse is detected. */
export interface RefreshTokenRecord {
  readonly tenant_id: string;
  /** The token's SHA-256 in hex; the token itself is never stored. */
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
  /** Marks an unused token as used; true only for the one caller that did it. */
  useRefreshToken(tenantId: string, tokenHash: string, at: string): Awaitable<boolean>;
  /** Removes up to `limit` of the tenant's sessions that ended before `before`, with their tokens; returns how many. */
  removeEnded(tenantId: string, before: string, limit: number): Awaitable<number>;
}
