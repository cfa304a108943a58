import type { Storage } from "../store.ts";

/** How often a member's activity is written at most. */
const writtenEveryMs = 5 * 60 * 1000;
const flushAfterMs = 1_000;
/**
 * How many members' activity is remembered. Beyond it the memory starts empty again, which costs extra writes and
 * nothing else.
 */
const maximumRemembered = 100_000;

interface Activity {
  readonly tenantId: string;
  readonly organizationId: string;
  readonly userId: string;
  readonly at: string;
}

export interface ActivityNotes {
  /** Notes that a member was active in an organization. Never waits and never throws. */
  note(tenantId: string, organizationId: string, userId: string): void;
  /** Writes what is queued. */
  flush(): Promise<void>;
}

/**
 * Maintains `last_active_at`: many notes become one write, without an event or a new revision.
 *
 * @param onWritten Called after the commit with each organization whose members' times were written.
 */
export function createActivityNotes(
  storage: Storage,
  clock: () => number,
  onWritten: (tenantId: string, organizationId: string) => void,
): ActivityNotes {
  const written = new Map<string, number>();
  let waiting: Activity[] = [];
  let timer: NodeJS.Timeout | undefined;

  async function flush(): Promise<void> {
    clearTimeout(timer);
    timer = undefined;
    const activities = waiting;
    waiting = [];
    if (activities.length === 0) return;
    for (const [tenantId, ofTenant] of Map.groupBy(activities, (one) => one.tenantId)) {
      await storage.transaction(tenantId, async ({ members }) => {
        for (const { organizationId, userId, at } of ofTenant) {
          await members.touch(tenantId, organizationId, userId, at);
        }
      });
      for (const { organizationId } of ofTenant) onWritten(tenantId, organizationId);
    }
  }

  return {
    note(tenantId, organizationId, userId) {
      const key = `${tenantId} ${organizationId} ${userId}`;
      const nowMs = clock();
      if (nowMs - (written.get(key) ?? 0) < writtenEveryMs) return;
      if (written.size >= maximumRemembered) written.clear();
      written.set(key, nowMs);
      waiting.push({ tenantId, organizationId, userId, at: new Date(nowMs).toISOString() });
      // A lost activity time is not worth failing a request, and storage errors show up elsewhere.
      timer ??= setTimeout(() => flush().catch(() => {}), flushAfterMs).unref();
    },
    flush,
  };
}
