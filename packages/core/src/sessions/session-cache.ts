import type { Change } from "../events/events.store.ts";

/** What is known of a session that is live. */
interface LiveSession {
  readonly expiresAtMs: number;
  /** The storage's count of foreign commits at which it was read: sessions have no events, so any other commit may have ended it. */
  readonly foreignCommits: number;
}

/** Sessions that are known to be live; exact within the process, and read again after each commit of another. */
export interface SessionCache {
  isLive(tenantId: string, sessionId: string, nowMs: number, foreignCommits: number): boolean;
  /** Counts the ends of sessions; a read that began before the newest one is not kept. */
  readonly ends: () => number;
  keep(tenantId: string, sessionId: string, session: LiveSession, endsAtRead: number): void;
  /** Forgets a session that ended. Called after its commit, before the answer. */
  drop(tenantId: string, sessionId: string): void;
  /** Hears of commits: where a tenant closes, its sessions are let in no more. */
  apply(changes: readonly Change[] | "everything"): void;
  clear(): void;
}

export function createSessionCache(maximumSessions: number): SessionCache {
  // By the session's id alone, which is unique: a key of two parts would be built and hashed on every request.
  const sessions = new Map<string, LiveSession & { readonly tenantId: string }>();
  let ends = 0;

  function clear(): void {
    ends += 1;
    sessions.clear();
  }

  return {
    isLive(tenantId, sessionId, nowMs, foreignCommits) {
      const session = sessions.get(sessionId);
      return (
        session !== undefined &&
        session.tenantId === tenantId &&
        session.foreignCommits === foreignCommits &&
        session.expiresAtMs > nowMs
      );
    },
    ends: () => ends,
    keep(tenantId, sessionId, session, endsAtRead) {
      if (endsAtRead !== ends) return;
      if (sessions.size >= maximumSessions) sessions.clear();
      sessions.set(sessionId, { ...session, tenantId });
    },
    drop(_tenantId, sessionId) {
      ends += 1;
      sessions.delete(sessionId);
    },
    apply(changes) {
      if (changes === "everything" || changes.some(closesTenant)) clear();
    },
    clear,
  };
}

function closesTenant({ type }: Change): boolean {
  return type === "tenant.suspended" || type === "tenant.deleted";
}
