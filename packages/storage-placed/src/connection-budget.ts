import { DomainError } from "@tenantry/core";

/** A fixed number of connections that several users share. */
export interface ConnectionBudget {
  /**
   * Takes up to `most` of the free connections, and waits in line until there are `least`.
   *
   * @throws {DomainError} `storage_busy` where that takes too long.
   */
  take(least: number, most: number): Promise<number>;
  give(connections: number): void;
  /** How many connections are missing for those who wait. */
  wanted(): number;
}

interface Waiting {
  readonly least: number;
  readonly most: number;
  readonly letIn: (connections: number) => void;
}

/** @param onWanted Called when somebody starts to wait, so that unneeded connections are given back. */
export function createConnectionBudget(
  connections: number,
  timeoutMs: number,
  onWanted: () => void,
): ConnectionBudget {
  let free = connections;
  const waiting = new Set<Waiting>();

  /** Grants only a part of the free connections, to leave some for the next. */
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
