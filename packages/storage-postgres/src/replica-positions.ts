/** Asked so soon after a change that few reads miss a replica for it, and so seldom that many changes share one question. */
const settleMs = 5;
const retryMs = 200;
/** Beyond it the positions that every replica has passed are folded into one. */
const mostTenants = 10_000;

/** How far a replica must have come before it is read: positions in the primary's log. */
export interface ReplicaPositions {
  /** Something of the tenant (null: of whichever) was committed; where, is asked for in a moment. Until then no replica is far enough. */
  note(tenantId: string | null): void;
  /** What must have been replayed before the tenant is read; infinite while that is not known. */
  required(tenantId: string): number;
  /** Forgets the positions that lie before this one, one for all standing in their place. */
  fold(replayed: number): void;
  close(): void;
}

/**
 * @param ask The primary's position, of now: a question that is sent after a commit was acknowledged, or after its message came, is
 *   answered with one behind the commit.
 */
export function createReplicaPositions(ask: () => Promise<number>): ReplicaPositions {
  const positions = new Map<string, number>();
  let floor = 0;
  let pending = new Set<string | null>();
  let timer: NodeJS.Timeout | undefined;
  let isClosed = false;

  function schedule(waitMs: number): void {
    if (isClosed) return;
    timer ??= setTimeout(settle, waitMs).unref();
  }

  async function settle(): Promise<void> {
    const asked = pending;
    pending = new Set();
    const position = await ask().catch(() => undefined);
    timer = undefined;
    for (const tenantId of asked) {
      if (position === undefined) pending.add(tenantId);
      else if (!pending.has(tenantId)) take(tenantId, position);
    }
    if (pending.size > 0) schedule(position === undefined ? retryMs : settleMs);
  }

  function take(tenantId: string | null, position: number): void {
    if (tenantId === null) floor = position;
    else positions.set(tenantId, position);
  }

  return {
    note(tenantId) {
      pending.add(tenantId);
      take(tenantId, Number.POSITIVE_INFINITY);
      schedule(settleMs);
    },
    required: (tenantId) => Math.max(floor, positions.get(tenantId) ?? 0),
    fold(replayed) {
      if (positions.size <= mostTenants) return;
      for (const [tenantId, position] of positions) {
        if (position > replayed) continue;
        positions.delete(tenantId);
        floor = Math.max(floor, position);
      }
    },
    close() {
      isClosed = true;
      clearTimeout(timer);
    },
  };
}
