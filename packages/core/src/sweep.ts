import type { Engine } from "./context.ts";

const rowsPerTransaction = 500;

/** What a sweep removed. */
export interface Swept {
  readonly idempotencyKeys: number;
  readonly sessions: number;
}

/**
 * Removes what nobody needs any more: idempotency keys whose time is over and sessions that have ended, with their refresh tokens.
 * In small transactions, so that nobody waits for it. Nothing depends on when it runs: what has expired is not honoured before either.
 */
export async function sweepExpired(engine: Engine): Promise<Swept> {
  const now = new Date(engine.clock()).toISOString();
  return {
    idempotencyKeys: await untilNoneLeft(() =>
      engine.storage.transaction((ports) =>
        ports.idempotency.removeExpired(now, rowsPerTransaction),
      ),
    ),
    sessions: await untilNoneLeft(() =>
      engine.storage.transaction((ports) => ports.sessions.removeEnded(now, rowsPerTransaction)),
    ),
  };
}

async function untilNoneLeft(removeSome: () => Promise<number>): Promise<number> {
  let removed = 0;
  for (;;) {
    const some = await removeSome();
    removed += some;
    if (some < rowsPerTransaction) return removed;
  }
}
