import type { MoveStore } from "./moves.store.ts";

const changesAtOnce = 1000;

/** Deletes all noted changes of a tenant, in small transactions. */
export async function forgetAllChanges(moves: MoveStore, tenantId: string): Promise<void> {
  for (;;) {
    const changes = await moves.changes(tenantId, 0, changesAtOnce);
    if (changes.length === 0) return;
    await moves.forgetChanges(
      tenantId,
      changes.map(({ position }) => position),
    );
  }
}
