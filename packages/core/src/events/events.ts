import { authorizeRead, organizationNotFound } from "../access/authorize.ts";
import type { Context } from "../context.ts";
import { parseInput } from "../input.ts";
import { listingPorts } from "../listing-ports.ts";
import type { Page } from "../page.ts";
import { type Event, type ListEventsInput, listEventsSchema } from "./events.schema.ts";
import type { StoredEvent } from "./events.store.ts";
import { type EventRow, openEventData } from "./personal-data.ts";

/**
 * An organization's events after a sequence number, ascending; both audit log and feed. `next_cursor` is where to
 * continue. It is set even when there are no more events now, so that a reader can come back for later ones.
 *
 * @throws {DomainError} those of {@link authorizeRead}.
 */
export async function listEvents(
  ctx: Context,
  organizationId: string,
  input: ListEventsInput = {},
): Promise<Page<Event>> {
  const { after, limit } = parseInput(listEventsSchema, input);
  const authority = await authorizeRead(ctx, "list_events", organizationId, "event:read");
  const { events } = listingPorts(ctx);
  const stored = await events.list(ctx.tenantId, organizationId, after, limit + 1);
  if (stored.length === 0) await assertHasPast(ctx, organizationId);
  const items = stored
    .slice(0, limit)
    .map((event) => presentEvent(event, authority.isAdministrator));
  const last = items.at(-1)?.sequence;
  return {
    items,
    next_cursor: last === undefined ? null : String(last),
    has_more: stored.length > limit,
  };
}

/** Every organization has an event of its creation, which stays when the organization is purged. */
async function assertHasPast(ctx: Context, organizationId: string): Promise<void> {
  const { events } = ctx.engine.storage.committed;
  const [first] = await events.list(ctx.tenantId, organizationId, 0, 1);
  if (first === undefined) throw organizationNotFound();
}

/**
 * An event as callers see it, with the personal data that has not been erased. Only administrators see private
 * metadata.
 */
export function presentEvent(stored: StoredEvent, isAdministrator: boolean): Event {
  const { before, after } = openEventData(stored.data, stored.personal);
  const shown = isAdministrator ? (row: EventRow | null) => row : withoutPrivate;
  return {
    id: stored.id,
    tenant_id: stored.tenant_id,
    chain_id: stored.chain_id,
    sequence: stored.sequence,
    type: stored.type,
    entity: stored.entity,
    entity_id: stored.entity_id,
    organization_id: stored.organization_id,
    actor: { type: stored.actor_type, id: stored.actor_id },
    occurred_at: stored.occurred_at,
    before: shown(before) as Event["before"],
    after: shown(after) as Event["after"],
    previous_hash: stored.previous_hash,
    hash: stored.hash,
  };
}

function withoutPrivate(row: EventRow | null): EventRow | null {
  if (row === null) return null;
  const { private_metadata: _, ...shown } = row;
  return shown;
}
