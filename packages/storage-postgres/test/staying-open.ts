import type { Ports, Storage } from "@tenantry/core";

/** Does in a transaction what may wait for other things than its ports, so that the transaction stays open for as long. */
export function stayOpen(
  storage: Storage,
  tenantId: string | null,
  work: (ports: Ports) => Promise<void>,
): Promise<void> {
  return storage.transaction(tenantId, () => {}, { beforeCommit: work });
}
