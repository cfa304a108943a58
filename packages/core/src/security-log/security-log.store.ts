import type { Awaitable } from "../awaitable.ts";
import type { PageRequest, StoredPage } from "../page.ts";

/** A refusal. Refusals are separate from events, so that a stranger can neither grow nor lock an event chain. */
export interface DenialRecord {
  readonly tenant_id: string;
  readonly id: string;
  readonly occurred_at: string;
  readonly code: string;
  readonly operation: string;
  readonly actor_type: string;
  readonly actor_id: string | null;
  readonly organization_id: string | null;
  readonly permission: string | null;
  readonly request_id: string | null;
}

/** Which refusals to list; an absent field does not filter. */
export interface DenialFilter {
  readonly organization_id?: string | undefined;
  readonly actor_id?: string | undefined;
  readonly code?: string | undefined;
}

export interface SecurityLogStore {
  /** Appends a tenant's refusals in one statement, and removes the oldest beyond `keep`. */
  append(tenantId: string, records: readonly DenialRecord[], keep: number): Awaitable<void>;
  /** Newest first. Items are {@link Denial}. */
  list(tenantId: string, filter: DenialFilter, page: PageRequest): Awaitable<StoredPage>;
}
