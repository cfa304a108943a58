import { DomainError } from "@tenantry/core";

/** So many connections and never more, whoever wants them. */
export interface ConnectionBudget {
  /**
   * Takes up to `most` of those that are free, and waits for `least` in the order of coming.
   *
   * @throws {DomainError} `storage_busy` where that takes too long.
   */
  take(least: number, most: number): Promise<number>;
  give(connections: number): void;
  /** How many are wanted beyond those that are free. */
  wanted(): number;
}

interface Waiting {
  readonly least: number;
  readonly most: number;
  readonly letIn: (connections: number) => void;
}

/** @param onWanted Called when somebody begins to wait: whoever can do without a connection gives it back. */
export function createConnectionBudget(
  connections: number,
  timeoutMs: number,
  onWanted: () => void,
): ConnectionBudget {
  let free = connections;
  const waiting = new Set<Waiting>();

  /** A part of what is free, so that those who come next find something, too. */
  function grant(least: number, most: number): number {
    const granted = Math.min(most, Math.max(least, Math.floor(free / 3)));
    free -= granted;
    return granted;
  }

  function serve(): void {
    for (const next of waiting) {
      if (free < next.least) return;
      waiting.delete(next);
      next.letIn(grant(next.least, next.most));
    }
  }

  return {
    take(least, most) {
      if (waiting.size === 0 && free >= least) return Promise.resolve(grant(least, most));
      return new Promise((resolve, reject) => {
        const entry: Waiting = {
          least,
          most,
          letIn(granted) {
            clearTimeout(timer);
            resolve(granted);
          },
        };
        const timer = setTimeout(() => {
          waiting.delete(entry);
          reject(tooLong(connections, timeoutMs));
        }, timeoutMs);
        waiting.add(entry);
        onWanted();
      });
    },
    give(given) {
      free += given;
      serve();
    },
    wanted() {
      let needed = 0;
      for (const { least } of waiting) needed += least;
      return Math.max(0, needed - free);
    },
  };
}

function tooLong(connections: number, timeoutMs: number): DomainError {
  return new DomainError(
    "storage_busy",
    `The ${connections} connections of this process were in use for other tenants for more than ${timeoutMs} ms; try again in a moment, or raise TENANTRY_CONNECTION_BUDGET`,
  );
}
