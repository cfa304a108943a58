import { DomainError } from "@tenantry/core";
import type { ConnectionSettings } from "./connection.ts";
import { describeServer } from "./connection.ts";
import { type Connections, openConnections } from "./connections.ts";
import { isLoginRefused, toStorageError } from "./postgres-error.ts";

/** A look that takes longer says that the replica is gone. */
const lookTimeoutMs = 2_000;
const leastPauseMs = 5;

/** What tells one history of one cluster from every other: positions of different ones cannot be compared. */
export interface ClusterHistory {
  readonly system: string;
  readonly timeline: number;
}

export interface ReplicaState extends ClusterHistory {
  readonly standby: boolean;
  readonly replayed: number;
  /** Whether the primary keeps what the replica's readers see: without it the replica ends reads that take long. */
  readonly feedback: boolean;
}

// The timeline is known as of what was written to the replica's disk: after a fail-over it is the old one for a while rather than the
// new one too early.
export const stateQuery = {
  name: "replica state",
  text: `SELECT pg_is_in_recovery() AS standby,
    coalesce((pg_last_wal_replay_lsn() - '0/0'::pg_lsn)::int8, 0) AS replayed,
    current_setting('hot_standby_feedback') = 'on' AS feedback,
    system_identifier::text AS system,
    greatest(timeline_id, min_recovery_end_timeline) AS timeline
    FROM pg_control_system(), pg_control_checkpoint(), pg_control_recovery()`,
  values: [],
};

/** One standby. It is read while it is known to be there; what it was found to have replayed, every read after the look sees. */
export interface Replica {
  readonly connections: Connections;
  readonly server: string;
  /** What it has replayed at least; undefined while it is gone or is none of the primary's. */
  replayed(): number | undefined;
  keepsSnapshots(): boolean;
  /** Looks whether it is there and how far it has come; looks that come together or close behind each other are one. */
  look(): Promise<void>;
  /** Runs a read, and gives up on it when the replica is found to be gone. */
  read<T>(work: () => Promise<T>): Promise<T>;
  /** Leaves it out until a look finds it again. */
  leaveOut(): void;
  close(): Promise<void>;
}

export function createReplica(
  settings: ConnectionSettings,
  size: number,
  queueTimeoutMs: number,
  historyOfPrimary: () => ClusterHistory | undefined,
): Replica {
  const server = describeServer(settings.url);
  const connections = openConnections(settings, size, queueTimeoutMs, server);
  const ofLooks = {
    ...settings,
    connectTimeoutMs: Math.min(settings.connectTimeoutMs, lookTimeoutMs),
    statementTimeoutMs: lookTimeoutMs,
  };
  const looks = openConnections(ofLooks, 1, lookTimeoutMs, server);
  const gone = createSignal();
  let state: ReplicaState | undefined;
  let looking: Promise<void> | undefined;
  let lookedAt = Number.NEGATIVE_INFINITY;

  async function ask(): Promise<void> {
    const [found] = (await looks.query(stateQuery)).rows as ReplicaState[];
    if (found === undefined || !isUsable(found, historyOfPrimary())) return leaveOut();
    state = found;
  }

  function leaveOut(): void {
    state = undefined;
    gone.give();
  }

  return {
    connections,
    server,
    replayed: () => state?.replayed,
    keepsSnapshots: () => state?.feedback === true,
    look() {
      if (performance.now() - lookedAt < leastPauseMs) return looking ?? Promise.resolve();
      looking ??= ask()
        .catch(leaveOut)
        .finally(() => {
          lookedAt = performance.now();
          looking = undefined;
        });
      return looking;
    },
    read: (work) => gone.unless(work(), server),
    leaveOut,
    async close() {
      await looking;
      const ends = Promise.all([connections.end(), looks.end()]);
      // Where it is gone, a connection may hang for as long as a statement may take.
      if (state === undefined) ends.catch(() => {});
      else await ends;
    },
  };
}

function isUsable(state: ReplicaState, primary: ClusterHistory | undefined): boolean {
  return state.standby && state.system === primary?.system && state.timeline === primary.timeline;
}

/**
 * Refuses a replica that answers and is not what it was named for. One that cannot be read is left out and comes by itself.
 *
 * @param user Who reads there, for messages.
 * @returns why it is left out, in a sentence that says what to do; undefined where it is not.
 * @throws {DomainError} `storage_unavailable`.
 */
export async function assertReplica(
  { server, connections }: Replica,
  primary: ClusterHistory | undefined,
  user: string,
): Promise<string | undefined> {
  let state: ReplicaState | undefined;
  try {
    [state] = (await connections.query(stateQuery)).rows as ReplicaState[];
  } catch (error) {
    return leftOut(server, reasonOf(error, server, user));
  }
  if (state === undefined || isUsable(state, primary)) return undefined;
  if (state.standby && state.system === primary?.system) {
    return leftOut(server, "it stayed behind at a fail-over; let it follow the new primary");
  }
  throw new DomainError(
    "storage_unavailable",
    `${server} is no standby of the database; name only its standbys in DATABASE_REPLICA_URLS`,
  );
}

function leftOut(server: string, reason: string): string {
  return `The replica ${server} is not read until it can be: ${reason}`;
}

function reasonOf(error: unknown, server: string, user: string): string {
  if (isLoginRefused(error)) {
    return `it does not let ${user} in, who reads on the primary; see that it has replayed the making of that role, and let the role in by its pg_hba.conf`;
  }
  const known = toStorageError(error, server);
  return known instanceof Error ? known.message : String(known);
}

/** Lets everybody go who waits for a replica that is gone. */
function createSignal() {
  const waiting = new Set<() => void>();
  return {
    give() {
      for (const letGo of waiting) letGo();
      waiting.clear();
    },
    unless<T>(work: Promise<T>, server: string): Promise<T> {
      return new Promise<T>((resolve, reject) => {
        const letGo = () => reject(new DomainError("storage_unavailable", `${server} is gone`));
        waiting.add(letGo);
        work.then(resolve, reject).finally(() => waiting.delete(letGo));
      });
    },
  };
}
