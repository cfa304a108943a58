import type { Ports } from "../store.ts";
import { genesisHash, hashEvent } from "./event-hash.ts";
import type { StoredEvent } from "./events.store.ts";
import { isPersonalDataTrue } from "./personal-data.ts";

const pageSize = 500;

/** A place where a chain is damaged. */
export interface ChainFault {
  readonly chain_id: string;
  readonly sequence: number;
  readonly fault: string;
}

/** The result for one tenant. */
export interface ChainReport {
  readonly chains: number;
  readonly events: number;
  readonly faults: readonly ChainFault[];
}

/**
 * Recomputes every chain of a tenant from its first event. Checks that no sequence number is missing, each hash is
 * right and links to the event before, personal data matches its commitments, and time never decreases.
 *
 * @param onProgress Called after each page with the number of events verified so far.
 */
export async function verifyChains(
  ports: Ports,
  tenantId: string,
  onProgress: (events: number) => void = () => {},
): Promise<ChainReport> {
  const faults: ChainFault[] = [];
  let chains = 0;
  let events = 0;
  let after: string | null = null;
  for (;;) {
    const ids: readonly string[] = await ports.events.chains(tenantId, after, pageSize);
    for (const id of ids) {
      chains += 1;
      events += await verifyChain(ports, tenantId, id, faults, (more) => onProgress(events + more));
    }
    after = ids.at(-1) ?? null;
    if (after === null) return { chains, events, faults };
  }
}

async function verifyChain(
  ports: Ports,
  tenantId: string,
  chainId: string,
  faults: ChainFault[],
  onProgress: (events: number) => void,
): Promise<number> {
  let verified = 0;
  let before = { sequence: 0, hash: genesisHash, occurred_at: "" };
  for (;;) {
    const page = await ports.events.list(tenantId, chainId, before.sequence, pageSize);
    for (const event of page) {
      for (const fault of faultsOf(event, before)) {
        faults.push({ chain_id: chainId, sequence: event.sequence, fault });
      }
      before = event;
    }
    verified += page.length;
    onProgress(verified);
    if (page.length < pageSize) return verified;
  }
}

function faultsOf(
  event: StoredEvent,
  before: { sequence: number; hash: string; occurred_at: string },
): string[] {
  const faults: string[] = [];
  if (event.sequence !== before.sequence + 1) {
    faults.push(`events ${before.sequence + 1} to ${event.sequence - 1} are missing`);
  }
  if (event.previous_hash !== before.hash) faults.push("it does not follow the event before it");
  if (event.hash !== hashEvent(event)) faults.push("its content is not what was hashed");
  if (!isPersonalDataTrue(event.data, event.personal)) {
    faults.push("its personal data is not what was committed to");
  }
  if (event.occurred_at < before.occurred_at) faults.push("it is older than the event before it");
  return faults;
}
