import { isDomainError } from "../errors.ts";
import { newId } from "../ids.ts";
import type { Storage } from "../store.ts";
import { isRefusedCredential } from "./record-denial.ts";
import type { DenialRecord } from "./security-log.store.ts";

/** How many refusals are kept per tenant; the oldest are removed. */
const keptPerTenant = 10_000;
/** How many refusals may be queued. More are dropped, which bounds what a flood costs in memory and disk. */
const maximumWaiting = 1_000;
const flushAfterMs = 1_000;
/**
 * How many refused credentials are recorded per minute and tenant, so that they cannot flood out the refusals of
 * authenticated callers.
 */
const refusedCredentialsPerMinute = 60;
const minuteMs = 60_000;
/** The length of the longest id. Callers may send anything. */
const maximumTextLength = 255;

export interface SecurityLog {
  /**
   * Queues a refusal, which is written with others within a second. Never waits and never throws.
   *
   * @returns a function that takes it back unless it is written already.
   */
  record(denial: Omit<DenialRecord, "id" | "occurred_at">): () => void;
  /**
   * Writes what is queued, and waits for writes in progress.
   *
   * @throws the error that kept a tenant's refusals from being written.
   */
  flush(): Promise<void>;
}

/** Queues refusals and writes them together, because a refused request must not cost the server an fsync. */
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
          // A tenant that was purged meanwhile gets no more rows.
          if ((await tenants.find(tenantId)) === undefined) return;
          await securityLog.append(tenantId, ofTenant, keptPerTenant);
        });
      } catch (error) {
        // One tenant that is being moved does not keep the others' from being written.
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
      // A lost refusal is not worth failing a request, and storage errors show up elsewhere.
      timer ??= setTimeout(() => flush().catch(() => {}), flushAfterMs).unref();
      return () => {
        waiting = waiting.filter((one) => one !== record);
      };
    },
    flush,
  };
}

/** Makes the caller's text storable everywhere: one text that PostgreSQL refuses would fail the whole write. */
function storable(text: string | null): string | null {
  return text === null
    ? null
    : text.slice(0, maximumTextLength).toWellFormed().replaceAll("\0", "\ufffd");
}
