import { hash } from "node:crypto";
import type { StoredEvent } from "./events.store.ts";

/** The `previous_hash` of the first event in a chain. */
export const genesisHash = "0".repeat(64);

/**
 * SHA-256 in hex over a JSON array of the event's fields in this order, with `data` as the stored text. Verifying a
 * chain therefore needs nothing but its rows. The leading version number allows another format later.
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
