import { DomainError } from "@tenantry/core";
import type { ConnectionSettings } from "./connection.ts";
import { describeServer } from "./connection.ts";
import { type Connections, openConnections } from "./connections.ts";
import { isLoginRefused, toStorageError } from "./postgres-error.ts";

/** A look that takes longer means that the replica is gone. */
const lookTimeoutMs = 2_000;
const leastPauseMs = 5;

/** Identifies one history of one cluster. Positions of different histories cannot be compared. */
export interface ClusterHistory {
  readonly system: string;
  readonly timeline: number;
}

export interface ReplicaState extends ClusterHistory {
  readonly standby: boolean;
  readonly replayed: number;
  /**
   * Whether the primary keeps rows that the replica's readers need (`hot_standby_feedback`). Otherwise the replica
   * aborts long reads.
   */
  readonly feedback: boolean;
}

// The timeline is taken from what was written to the replica's disk: after a fail-over that is the old one for a
// while, rather than the new one too early.
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

/** A standby. It is read while it is known to be available; what a look found to be replayed, every later read sees. */
export interface Replica {
  readonly connections: Connections;
  readonly server: string;
  /** A position that it has replayed at least; undefined while it is unavailable or not a standby of this primary. */
  replayed(): number | undefined;
  keepsSnapshots(): boolean;
  /** Checks whether it is available and how far it has replayed. Looks that come close together are one. */
  look(): Promise<void>;
  /** Runs a read, and gives it up if the replica is found to be gone. */
  read<T>(work: () => Promise<T>): Promise<T>;
  /** Excludes the replica until a look finds it again. */
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
      // If it is gone, a connection may hang for the duration of the statement time-out.
      if (state === undefined) ends.catch(() => {});
      else await ends;
    },
  };
}

function isUsable(state: ReplicaState, primary: ClusterHistory | undefined): boolean {
  return state.standby && state.system === primary?.system && state.timeline === primary.timeline;
}

/**
 * Refuses a replica that answers but is not a standby of this primary. One that cannot be read is excluded, and used
 * once it can be.
 *
 * @param user The user who reads there, for messages.
 * @returns why it is excluded, as a sentence that says what to do; undefined where it is not.
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

/** Releases all reads that wait for a replica which is gone. */
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
