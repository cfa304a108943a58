import type { Awaitable } from "../awaitable.ts";

/**
 * A tenant that is removed for good, or was: what has begun is finished by whoever comes after a kill, and an id that is in here is given to
 * no other tenant.
 */
export interface PurgeRecord {
  readonly tenant_id: string;
  /** The tenant as it was, as JSON text; null once it is gone. */
  readonly tenant: string | null;
  /** Where its database is kept; null where nothing of it is. */
  readonly kept_server: string | null;
  readonly kept_database: string | null;
  /** The number under which it had registered by its name: no other gets it. */
  readonly serial: number | null;
  /** The event that says so comes after this one in the chain of the default tenant. */
  readonly event_after: number;
  readonly actor_type: "operator" | "system";
  readonly actor_id: string;
  readonly begun_at: string;
  readonly purged_at: string | null;
}

/** The purges, in the main database alone. */
export interface PurgeStore {
  insert(record: PurgeRecord): Awaitable<void>;
  find(tenantId: string): Awaitable<PurgeRecord | undefined>;
  /** Those that have begun, in the order of tenants. */
  listUnfinished(limit: number): Awaitable<readonly PurgeRecord[]>;
  /** Says that the tenant is gone, and forgets what it was. */
  finish(tenantId: string, serial: number | null, purgedAt: string): Awaitable<void>;
  /** Forgets one that was given up. */
  remove(tenantId: string): Awaitable<void>;
}
