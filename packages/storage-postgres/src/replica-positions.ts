/**
 * How long after a change the position is asked for: soon enough that few reads miss a replica for it, late enough
 * that many changes share one question.
 */
const settleMs = 5;
const retryMs = 200;
/** With more tenants than this, the positions that every replica has passed are replaced by one. */
const mostTenants = 10_000;

/** How far a replica must have replayed before it may be read: positions in the primary's log. */
export interface ReplicaPositions {
  /**
   * Notes a commit of the tenant (null: any tenant), whose position is asked for in a moment. Until then no replica
   * is far enough.
   */
  note(tenantId: string | null): void;
  /** The position that must have been replayed before the tenant is read; infinite while it is unknown. */
  required(tenantId: string): number;
  /** Replaces all positions before this one with it. */
  fold(replayed: number): void;
  close(): void;
}

/**
 * @param ask Returns the primary's current position. Asked after a commit was acknowledged, or its message arrived,
 * the answer is behind that commit.
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
