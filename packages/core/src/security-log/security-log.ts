import { isDomainError } from "../errors.ts";
import { newId } from "../ids.ts";
import type { Storage } from "../store.ts";
import { isRefusedCredential } from "./record-denial.ts";
import type { DenialRecord } from "./security-log.store.ts";

/** How many refusals of a tenant are kept; the oldest leave. */
const keptPerTenant = 10_000;
/** How many may wait to be written; beyond it they are dropped, so that a flood costs memory and disk a bounded amount. */
const maximumWaiting = 1_000;
const flushAfterMs = 1_000;
/** How many refused credentials are kept in a minute and tenant: what is kept of people who were let in is not to be flooded out by them. */
const refusedCredentialsPerMinute = 60;
const minuteMs = 60_000;
/** As long as the longest id: what callers name may be anything. */
const maximumTextLength = 255;

export interface SecurityLog {
  /**
   * Keeps a refusal; it is written with others within a second. Never waits and never throws.
   *
   * @returns takes it back, where it is not written yet.
   */
  record(denial: Omit<DenialRecord, "id" | "occurred_at">): () => void;
  /** Writes what waits, and waits for what is being written. @throws What kept one of the tenants' refusals from being written. */
  flush(): Promise<void>;
}

/** Refusals are gathered and written together: a refused request must not cost its server an fsync. */
export function createSecurityLog(storage: Storage, clock: () => number): SecurityLog {
  let waiting: DenialRecord[] = [];
  let writing: Promise<void> = Promise.resolve();
  let timer: NodeJS.Timeout | undefined;
  let minute = 0;
  const refusedCredentials = new Map<string, number>();

  function isOneTooMany({ tenant_id, code }: Pick<DenialRecord, "tenant_id" | "code">): boolean {
    if (!isRefusedCredential(code)) return false;
    const now = Math.floor(clock() / minuteMs);
    if (now !== minute) refusedCredentials.clear();
    minute = now;
    const count = (refusedCredentials.get(tenant_id) ?? 0) + 1;
    refusedCredentials.set(tenant_id, count);
    return count > refusedCredentialsPerMinute;
  }

  function flush(): Promise<void> {
    clearTimeout(timer);
    timer = undefined;
    writing = writing.catch(() => {}).then(write);
    return writing;
  }

  async function write(): Promise<void> {
    const records = waiting;
    waiting = [];
    const failures: unknown[] = [];
    for (const [tenantId, ofTenant] of Map.groupBy(records, (record) => record.tenant_id)) {
      try {
        await storage.transaction(tenantId, async ({ tenants, securityLog }) => {
          // One that was purged meanwhile gets no rows any more.
          if ((await tenants.find(tenantId)) === undefined) return;
          await securityLog.append(tenantId, ofTenant, keptPerTenant);
        });
      } catch (error) {
        // A tenant that is being moved costs the others nothing.
        if (!isDomainError(error, "tenant_not_found")) failures.push(error);
      }
    }
    if (failures.length > 0) throw failures[0];
  }

  return {
    record(denial) {
      if (waiting.length >= maximumWaiting || isOneTooMany(denial)) return () => {};
      const record: DenialRecord = {
        ...denial,
        organization_id: storable(denial.organization_id),
        request_id: storable(denial.request_id),
        id: newId("evt"),
        occurred_at: new Date(clock()).toISOString(),
      };
      waiting.push(record);
      // A refusal that cannot be written is not worth a failed request: the storage's own errors are seen elsewhere.
      timer ??= setTimeout(() => flush().catch(() => {}), flushAfterMs).unref();
      return () => {
        waiting = waiting.filter((one) => one !== record);
      };
    },
    flush,
  };
}

/** What the caller sent, as every storage takes it: one text that PostgreSQL refuses would take all others of its write along. */
function storable(text: string | null): string | null {
  return text === null
    ? null
    : text.slice(0, maximumTextLength).toWellFormed().replaceAll("\0", "\ufffd");
}
