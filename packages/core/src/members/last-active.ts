import type { Storage } from "../store.ts";

/** A member's activity is written at most this often (decision 10). */
const writtenEveryMs = 5 * 60 * 1000;
const flushAfterMs = 1_000;
/** How many members' activity is remembered; beyond it the memory starts anew, which costs writes and no truth. */
const maximumRemembered = 100_000;

interface Activity {
  readonly tenantId: string;
  readonly organizationId: string;
  readonly userId: string;
  readonly at: string;
}

export interface ActivityNotes {
  /** Notes that a member did something in an organization. Never waits and never throws. */
  note(tenantId: string, organizationId: string, userId: string): void;
  /** Writes what waits. */
  flush(): Promise<void>;
}

/**
 * Keeps `last_active_at`: many notes become one write, without event or revision.
 *
 * @param onWritten Is told of each organization whose members' times were written, after the commit.
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
      // When somebody was last active is not worth a failed request: the storage's own errors are seen elsewhere.
      timer ??= setTimeout(() => flush().catch(() => {}), flushAfterMs).unref();
    },
    flush,
  };
}
