import type { Engine } from "./context.ts";
import { isDomainError } from "./errors.ts";
import { forEachTenant, type UnreachableTenant } from "./tenants/for-each-tenant.ts";

const rowsPerTransaction = 500;

/** What a sweep removed. */
export interface Swept {
  readonly idempotencyKeys: number;
  readonly sessions: number;
  /** Where nothing was removed, since the tenant's own database could not be used. */
  readonly unreachable: readonly UnreachableTenant[];
}

/**
 * Removes what nobody needs any more: idempotency keys whose time is over and sessions that have ended, with their refresh tokens.
 * In small transactions, so that nobody waits for it. Nothing depends on when it runs: what has expired is not honoured before either.
 */
export async function sweepExpired(engine: Engine): Promise<Swept> {
  let idempotencyKeys = 0;
  let sessions = 0;
  const tenants = await engine.storage.committed.tenants.all();
  const unreachable = await forEachTenant(tenants, async (id) => {
    const now = new Date(engine.clock()).toISOString();
    try {
      idempotencyKeys += await untilNoneLeft(() =>
        engine.storage.transaction(id, (ports) =>
          ports.idempotency.removeExpired(id, now, rowsPerTransaction),
        ),
      );
      sessions += await untilNoneLeft(() =>
        engine.storage.transaction(id, (ports) =>
          ports.sessions.removeEnded(id, now, rowsPerTransaction),
        ),
      );
    } catch (error) {
      // It is being purged, and all of this with it.
      if (!isDomainError(error, "tenant_not_found")) throw error;
    }
  });
  return { idempotencyKeys, sessions, unreachable };
}

async function untilNoneLeft(removeSome: () => Promise<number>): Promise<number> {
  let removed = 0;
  for (;;) {
    const some = await removeSome();
    removed += some;
    if (some < rowsPerTransaction) return removed;
  }
}
