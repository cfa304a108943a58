import type { Context } from "../context.ts";
import { newId } from "../ids.ts";
import type { Ports } from "../store.ts";
import { genesisHash, hashEvent } from "./event-hash.ts";
import type { EventEntity, EventType } from "./events.schema.ts";
import type { ChainHead, StoredEvent } from "./events.store.ts";
import { type EventRow, sealEventData } from "./personal-data.ts";

/** What a use case states about a change. The rest of the event follows from the chain and the call. */
export interface EventDraft {
  readonly type: EventType;
  readonly entity: EventEntity;
  /** The entity's id within its chain. */
  readonly entity_id: string;
  readonly before: EventRow | null;
  /** The whole row, not a difference, so that history and feed need no replay. */
  readonly after: EventRow | null;
}

/** A chain whose lock is held: nobody else can append to it until the transaction ends. */
export interface LockedChain {
  readonly id: string;
  readonly organization_id: string | null;
  head: ChainHead;
}

/** The entities for which history is kept: those that decided who had access at which time. */
const entitiesWithHistory: ReadonlySet<EventEntity> = new Set([
  "tenant_user_role",
  "role",
  "membership",
  "team",
  "team_member",
  "organization",
]);

/** Reads the end of a chain. The caller holds its lock already. */
export async function openChain(
  ports: Ports,
  tenantId: string,
  chainId: string,
  organizationId: string | null,
): Promise<LockedChain> {
  const head = await ports.events.head(tenantId, chainId);
  return { id: chainId, organization_id: organizationId, head: head ?? emptyChain };
}

/** The empty chain of an id that was just created. */
export function newChain(chainId: string, organizationId: string | null): LockedChain {
  return { id: chainId, organization_id: organizationId, head: emptyChain };
}

const emptyChain: ChainHead = { sequence: 0, hash: genesisHash, occurred_at: "" };

/**
 * Appends an event to a locked chain, in the transaction of the change that it describes, and updates the history
 * intervals.
 */
export async function appendEvent(
  ctx: Context,
  ports: Ports,
  chain: LockedChain,
  now: string,
  draft: EventDraft,
): Promise<void> {
  const { events } = ports;
  const event = makeEvent(ctx, chain, now, draft);
  await events.append(event);
  chain.head = event;
  const { tenant_id, chain_id, entity, entity_id, sequence, occurred_at } = event;
  if (!entitiesWithHistory.has(entity)) return;
  if (draft.before !== null) {
    await events.closeInterval(tenant_id, chain_id, entity, entity_id, sequence, occurred_at);
  }
  if (draft.after !== null) {
    await events.openInterval({
      tenant_id,
      chain_id,
      entity,
      entity_id,
      from_sequence: sequence,
      from_at: occurred_at,
      to_sequence: null,
      to_at: null,
    });
  }
}

/** The next event of a chain. Time never decreases within a chain, whatever the clock does. */
function makeEvent(ctx: Context, chain: LockedChain, now: string, draft: EventDraft): StoredEvent {
  const { head } = chain;
  const { data, personal } = sealEventData(draft.entity, draft.before, draft.after);
  const isAnonymous = ctx.actor.type === "anonymous";
  const event = {
    tenant_id: ctx.tenantId,
    chain_id: chain.id,
    sequence: head.sequence + 1,
    id: newId("evt"),
    type: draft.type,
    entity: draft.entity,
    entity_id: draft.entity_id,
    organization_id: chain.organization_id,
    actor_type: isAnonymous ? "system" : ctx.actor.type,
    actor_id: isAnonymous ? "anonymous" : ctx.actor.id,
    occurred_at: now > head.occurred_at ? now : head.occurred_at,
    data,
    personal,
    previous_hash: head.hash,
    hash: "",
  };
  event.hash = hashEvent(event);
  return event;
}
