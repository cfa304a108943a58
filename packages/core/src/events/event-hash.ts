import { hash } from "node:crypto";
import type { StoredEvent } from "./events.store.ts";

/** What the first event of a chain has for the hash of the one before it. */
export const genesisHash = "0".repeat(64);

/**
 * SHA-256, hex, over a JSON array of the event's fields in this order, with the data as the text that is stored. Whoever verifies
 * the chain needs nothing but the rows. The leading version lets a later form be told apart.
 */
export function hashEvent(event: Omit<StoredEvent, "hash" | "personal">): string {
  return hash(
    "sha256",
    JSON.stringify([
      1,
      event.tenant_id,
      event.chain_id,
      event.sequence,
      event.id,
      event.type,
      event.entity,
      event.entity_id,
      event.organization_id,
      event.actor_type,
      event.actor_id,
      event.occurred_at,
      event.data,
      event.previous_hash,
    ]),
    "hex",
  );
}
