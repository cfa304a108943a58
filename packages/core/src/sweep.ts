import type { Engine } from "./context.ts";
import { isDomainError } from "./errors.ts";
import { forEachTenant, type UnreachableTenant } from "./tenants/for-each-tenant.ts";

const rowsPerTransaction = 500;

/** The result of a sweep. */
export interface Swept {
  readonly idempotencyKeys: number;
  readonly sessions: number;
  /** Tenants where nothing was removed because their own database could not be used. */
  readonly unreachable: readonly UnreachableTenant[];
}

/**
 * Removes expired idempotency keys, and ended sessions with their refresh tokens, in small transactions so that
 * nobody waits long. Nothing depends on when it runs: what has expired is not honoured before it either.
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
      // The tenant is being purged, which removes these rows too.
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
