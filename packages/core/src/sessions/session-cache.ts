import type { Change } from "../events/events.store.ts";

/** A session that is known to be live. */
interface LiveSession {
  readonly expiresAtMs: number;
  /**
   * The storage's count of foreign commits at the read. Sessions have no events, so any commit of another process may
   * have ended this one.
   */
  readonly foreignCommits: number;
}

/** Sessions known to be live. Exact within the process; read again after each commit of another process. */
export interface SessionCache {
  isLive(tenantId: string, sessionId: string, nowMs: number, foreignCommits: number): boolean;
  /** Counts ended sessions. A read that began before the latest end is not kept. */
  readonly ends: () => number;
  keep(tenantId: string, sessionId: string, session: LiveSession, endsAtRead: number): void;
  /** Forgets a session that ended. Called after the commit, before the answer. */
  drop(tenantId: string, sessionId: string): void;
  /** Called with every commit's changes: when a tenant is suspended or deleted, all sessions are forgotten. */
  apply(changes: readonly Change[] | "everything"): void;
  clear(): void;
}

export function createSessionCache(maximumSessions: number): SessionCache {
  // Keyed by the session's id alone, which is unique: a combined key would have to be built on every request.
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
