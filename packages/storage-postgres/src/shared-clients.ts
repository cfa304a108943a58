import type { Pool, PoolClient } from "pg";

/** How many statements may wait on one connection: enough that the server never waits for this program. */
const mostOnOne = 8;

/** A connection with several statements in progress, one after the other. */
interface SharedClient {
  readonly client: PoolClient;
  underWay: number;
  /** Somebody waits for a connection of their own, and this one is given back as soon as it is free. */
  isLeaving: boolean;
}

/** Connections for statements outside transactions. */
export interface SharedClients {
  /** How many statements can be in progress. */
  readonly places: number;
  /** Runs work on a connection that others use too; it must not change settings or begin a transaction there. */
  use<T>(work: (client: PoolClient) => Promise<T>): Promise<T>;
}

/**
 * Shares the connections of a pool among statements outside transactions: a statement sent while another is in
 * progress costs no round trip of its own. A connection is given back to the pool when nothing is in progress on it,
 * and is no longer shared when somebody waits for one of their own.
 */
export function shareClients(pool: Pool, most: number): SharedClients {
  const shared = new Set<SharedClient>();
  let opening = 0;

  /**
   * The connection with the fewest statements; none if another one can be opened, because a slow statement delays
   * those behind it.
   */
  function findOne(): SharedClient | undefined {
    let best: SharedClient | undefined;
    for (const one of shared) {
      if (!one.isLeaving && (best === undefined || one.underWay < best.underWay)) best = one;
    }
    if (best === undefined) return undefined;
    if (pool.waitingCount > opening) {
      best.isLeaving = true;
      return undefined;
    }
    const canOpen = shared.size + opening < most;
    return best.underWay > 0 && canOpen ? undefined : best;
  }

  async function openOne(): Promise<SharedClient> {
    opening += 1;
    try {
      const one = { client: await pool.connect(), underWay: 0, isLeaving: false };
      shared.add(one);
      return one;
    } finally {
      opening -= 1;
    }
  }

  return {
    places: most * mostOnOne,
    async use(work) {
      const one = findOne() ?? (await openOne());
      one.underWay += 1;
      try {
        return await work(one.client);
      } finally {
        one.underWay -= 1;
        if (one.underWay === 0) {
          shared.delete(one);
          one.client.release();
        }
      }
    },
  };
}
