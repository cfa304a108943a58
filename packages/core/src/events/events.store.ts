import type { Awaitable } from "../awaitable.ts";
import type { EventActor, EventEntity, EventType } from "./events.schema.ts";

/** An event as stored. `data` is the exact text that was hashed; `personal` can be erased without breaking the chain. */
export interface StoredEvent {
  readonly tenant_id: string;
  /** The organization's id, or the tenant's for events that belong to no organization. */
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

/** The last event of a chain. */
export interface ChainHead {
  readonly sequence: number;
  readonly hash: string;
  readonly occurred_at: string;
}

/** What caches need to know about a committed event. */
export interface Change {
  readonly tenant_id: string;
  readonly organization_id: string | null;
  readonly type: EventType;
  readonly entity: EventEntity;
  readonly entity_id: string;
}

/**
 * The state of an entity from one event to another, which makes the past a query. The state itself is in the event
 * `from_sequence`.
 */
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
  /** Appends an event, and hands its change to the caches after the commit. */
  append(event: StoredEvent): Awaitable<void>;
  head(tenantId: string, chainId: string): Awaitable<ChainHead | undefined>;
  /** The events of a chain after a sequence number, ascending. */
  list(
    tenantId: string,
    chainId: string,
    after: number,
    limit: number,
  ): Awaitable<readonly StoredEvent[]>;
  /** The chains that have events, ordered by id, after the id `after`. */
  chains(tenantId: string, after: string | null, limit: number): Awaitable<readonly string[]>;
  openInterval(interval: HistoryInterval): Awaitable<void>;
  /** Ends an entity's open interval, if there is one. */
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
