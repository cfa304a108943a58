import type { Awaitable } from "../awaitable.ts";
import type { PageRequest, StoredPage } from "../page.ts";

/** A refusal. Kept apart from the events, so that a stranger can neither grow nor lock anybody's chain. */
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

/** Which refusals are listed; without a field, those of every one. */
export interface DenialFilter {
  readonly organization_id?: string | undefined;
  readonly actor_id?: string | undefined;
  readonly code?: string | undefined;
}

export interface SecurityLogStore {
  /** Appends the tenant's in one statement and drops its oldest beyond `keep`. */
  append(tenantId: string, records: readonly DenialRecord[], keep: number): Awaitable<void>;
  /** The newest first. The items are {@link Denial}. */
  list(tenantId: string, filter: DenialFilter, page: PageRequest): Awaitable<StoredPage>;
}
