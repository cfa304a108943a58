import type { Pool, PoolClient } from "pg";

/** How many statements wait on one connection for their turn there: enough that the server never waits for this program. */
const mostOnOne = 8;

/** A connection on which several statements are under way, one behind the other. */
interface SharedClient {
  readonly client: PoolClient;
  underWay: number;
  /** Somebody waits for a connection of their own, and this one is given back as soon as it can be. */
  isLeaving: boolean;
}

/** Connections for statements that stand alone. */
export interface SharedClients {
  /** How many statements there is a place for. */
  readonly places: number;
  /** Does something with a connection that others use as well, and on which nothing may be set or begun. */
  use<T>(work: (client: PoolClient) => Promise<T>): Promise<T>;
}

/**
 * Shares the connections of a pool among statements that stand alone: what is sent while another statement is under way costs no round trip
 * of its own. A connection goes back to the pool when nothing is under way on it, and is taken out of the sharing when somebody waits
 * for one of their own.
 */
export function shareClients(pool: Pool, most: number): SharedClients {
  const shared = new Set<SharedClient>();
  let opening = 0;

  /** The connection with the fewest statements; none where one more can be opened, since a slow statement holds up those behind it. */
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
