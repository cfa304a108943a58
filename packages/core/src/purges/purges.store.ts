import type { Awaitable } from "../awaitable.ts";

/**
 * A purge, finished or not. An unfinished one is continued by a later process, and a purged id is never given to
 * another tenant.
 */
export interface PurgeRecord {
  readonly tenant_id: string;
  /** The tenant as JSON text; null once the purge is finished. */
  readonly tenant: string | null;
  /** Where the database was kept; null where it was not. */
  readonly kept_server: string | null;
  readonly kept_database: string | null;
  /** The tenant's number as a registered organization, which is never given again. */
  readonly serial: number | null;
  /** The event of the purge comes after this sequence number in the default tenant's chain. */
  readonly event_after: number;
  readonly actor_type: "operator" | "system";
  readonly actor_id: string;
  readonly begun_at: string;
  readonly purged_at: string | null;
}

/** All purges, stored in the main database only. */
export interface PurgeStore {
  insert(record: PurgeRecord): Awaitable<void>;
  find(tenantId: string): Awaitable<PurgeRecord | undefined>;
  /** Unfinished purges, ordered by tenant. */
  listUnfinished(limit: number): Awaitable<readonly PurgeRecord[]>;
  /** Marks the purge as finished and clears the tenant's data. */
  finish(tenantId: string, serial: number | null, purgedAt: string): Awaitable<void>;
  /** Removes a purge that was abandoned. */
  remove(tenantId: string): Awaitable<void>;
}
