import type { Awaitable } from "../awaitable.ts";
import type { EventActor, EventEntity, EventType } from "./events.schema.ts";

/** An event as it is stored. `data` is kept as the very text that was hashed; `personal` can be erased without breaking the chain. */
export interface StoredEvent {
  readonly tenant_id: string;
  /** The organization's id, or the tenant's for what belongs to no organization. */
  readonly chain_id: string;
  readonly sequence: number;
  readonly id: string;
  readonly type: EventType;
  readonly entity: EventEntity;
  readonly entity_id: string;
  readonly organization_id: string | null;
  readonly actor_type: EventActor["type"];
  readonly actor_id: string | null;
  readonly occurred_at: string;
  readonly data: string;
  readonly personal: string | null;
  readonly previous_hash: string;
  readonly hash: string;
}

/** Where a chain ends. */
export interface ChainHead {
  readonly sequence: number;
  readonly hash: string;
  readonly occurred_at: string;
}

/** What caches need to know of a commit. */
export interface Change {
  readonly tenant_id: string;
  readonly organization_id: string | null;
  readonly type: EventType;
  readonly entity: EventEntity;
  readonly entity_id: string;
}

/** What one entity was from one event to another: the past as a query. The state itself stands in the event `from_sequence`. */
export interface HistoryInterval {
  readonly tenant_id: string;
  readonly chain_id: string;
  readonly entity: EventEntity;
  readonly entity_id: string;
  readonly from_sequence: number;
  readonly from_at: string;
  readonly to_sequence: number | null;
  readonly to_at: string | null;
}

export interface EventStore {
  /** Appends, and keeps the change for the caches until the commit. */
  append(event: StoredEvent): Awaitable<void>;
  head(tenantId: string, chainId: string): Awaitable<ChainHead | undefined>;
  /** Events of a chain after a sequence number, in order. */
  list(
    tenantId: string,
    chainId: string,
    after: number,
    limit: number,
  ): Awaitable<readonly StoredEvent[]>;
  /** The chains that have events, in order of id, after `after`. */
  chains(tenantId: string, after: string | null, limit: number): Awaitable<readonly string[]>;
  openInterval(interval: HistoryInterval): Awaitable<void>;
  /** Ends the open interval of an entity, if there is one. */
  closeInterval(
    tenantId: string,
    chainId: string,
    entity: EventEntity,
    entityId: string,
    toSequence: number,
    toAt: string,
  ): Awaitable<void>;
  /** The intervals of an entity, oldest first, at most 1,000. */
  intervals(
    tenantId: string,
    chainId: string,
    entity: EventEntity,
    entityId: string,
  ): Awaitable<readonly HistoryInterval[]>;
}
