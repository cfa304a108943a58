import { newId } from "../ids.ts";
import type { Storage } from "../store.ts";
import type { DenialRecord } from "./security-log.store.ts";

/** How many refusals of a tenant are kept; the oldest leave. */
const keptPerTenant = 10_000;
/** How many may wait to be written; beyond it they are dropped, so that a flood costs memory and disk a bounded amount. */
const maximumWaiting = 1_000;
const flushAfterMs = 1_000;
/** How many of strangers are kept in a minute and tenant: what is kept of people who are known is not to be flooded out by them. */
const strangersPerMinute = 60;
const minuteMs = 60_000;

export interface SecurityLog {
  /** Keeps a refusal; it is written with others within a second. Never waits and never throws. */
  record(denial: Omit<DenialRecord, "id" | "occurred_at">): void;
  /** Writes what waits. */
  flush(): Promise<void>;
}

/** Refusals are gathered and written together: a refused request must not cost its server an fsync. */
export function createSecurityLog(storage: Storage, clock: () => number): SecurityLog {
  let waiting: DenialRecord[] = [];
  let timer: NodeJS.Timeout | undefined;
  let minute = 0;
  const strangers = new Map<string, number>();

  function isOneTooMany({ tenant_id, actor_type }: Pick<DenialRecord, "tenant_id" | "actor_type">) {
    if (actor_type !== "anonymous") return false;
    const now = Math.floor(clock() / minuteMs);
    if (now !== minute) strangers.clear();
    minute = now;
    const count = (strangers.get(tenant_id) ?? 0) + 1;
    strangers.set(tenant_id, count);
    return count > strangersPerMinute;
  }

  async function flush(): Promise<void> {
    clearTimeout(timer);
    timer = undefined;
    const records = waiting;
    waiting = [];
    for (const [tenantId, ofTenant] of Map.groupBy(records, (record) => record.tenant_id)) {
      await storage.transaction(tenantId, (ports) =>
        ports.securityLog.append(tenantId, ofTenant, keptPerTenant),
      );
    }
  }

  return {
    record(denial) {
      if (waiting.length >= maximumWaiting || isOneTooMany(denial)) return;
      waiting.push({ ...denial, id: newId("evt"), occurred_at: new Date(clock()).toISOString() });
      // A refusal that cannot be written is not worth a failed request: the storage's own errors are seen elsewhere.
      timer ??= setTimeout(() => flush().catch(() => {}), flushAfterMs).unref();
    },
    flush,
  };
}
