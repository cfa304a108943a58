import type { ChangeListener, Ports, ReplicatedPorts, Storage } from "@tenantry/core";
import type { Channel } from "./channel.ts";
import { type ConnectionSettings, createClient } from "./connection.ts";
import type { Connections } from "./connections.ts";
import { assertReplica, type ClusterHistory, createReplica, type Replica } from "./replica.ts";
import { createReplicaLag, type ReplicaLag } from "./replica-lag.ts";
import { createReplicaPositions, type ReplicaPositions } from "./replica-positions.ts";
import { type Choose, type Reader, routePorts, routeSnapshot } from "./replica-routes.ts";

/** The standbys of a database, and the choice of which may answer. */
export interface Replicas {
  /** As {@link Storage.replicated}. */
  readonly ports: ReplicatedPorts;
  /** As {@link Storage.snapshot}, with `replicated`. */
  readonly snapshot: Storage["snapshot"];
  /** Called with every change that this process made or heard of, before any caller gets an answer. */
  readonly noteChanges: ChangeListener;
  /** Called when a transaction of this process has ended, because its changes must be visible to later reads. */
  noteWrite(tenantId: string | null): void;
  close(): Promise<void>;
}

export interface ReplicasOptions {
  readonly urls: readonly string[];
  /** A standby that lags further is not used. */
  readonly maximumLagMs: number;
  readonly settings: ConnectionSettings;
  /** Called once for each standby that cannot be read. */
  readonly onWarning: (message: string) => void;
  /** The number of connections to each standby. */
  readonly size: number;
  readonly queueTimeoutMs: number;
  readonly channel: Channel;
  readonly primary: Connections;
  /** Creates ports and snapshots over the connections of a server, as for the primary. */
  readonly portsOver: (connections: Connections, server: string) => Ports;
  readonly snapshotsOver: (connections: Connections, server: string) => Storage["snapshot"];
  readonly onPrimary: Pick<Storage, "committed" | "snapshot">;
}

/**
 * The end of the primary's log. A commit is flushed before it is acknowledged, unless the server is configured
 * otherwise.
 */
const primaryQuery = {
  name: "primary position",
  text: `SELECT (CASE current_setting('synchronous_commit')
      WHEN 'off' THEN pg_current_wal_insert_lsn() ELSE pg_current_wal_flush_lsn() END - '0/0'::pg_lsn)::int8 AS position,
    ('x' || left(pg_walfile_name(pg_current_wal_lsn()), 8))::bit(32)::int AS timeline,
    (SELECT system_identifier::text FROM pg_control_system()) AS system`,
  values: [],
};

/** Asks the primary where its log ends. */
interface PrimaryLog {
  /** Where the log ends now. */
  ask(): Promise<number>;
  history(): ClusterHistory | undefined;
}

/** @param onNewHistory Called when the primary is another one than before: known positions have no meaning any more. */
function watchPrimary(primary: Connections, lag: ReplicaLag, onNewHistory: () => void): PrimaryLog {
  let history: ClusterHistory | undefined;
  return {
    async ask() {
      const sentAt = performance.now();
      const [found] = (await primary.query(primaryQuery)).rows as [
        ClusterHistory & { readonly position: number },
      ];
      const isSame = found.system === history?.system && found.timeline === history.timeline;
      history = found;
      if (!isSame) onNewHistory();
      lag.sample(sentAt, found.position);
      return found.position;
    },
    history: () => history,
  };
}

/** Opens the standbys (ADR 0016). One that is unavailable is excluded until it is back. */
export async function openReplicas(options: ReplicasOptions): Promise<Replicas> {
  const lag = createReplicaLag(options.maximumLagMs);
  const readers: Reader[] = [];
  const log = watchPrimary(options.primary, lag, () => {
    for (const { replica } of readers) replica.leaveOut();
  });
  readers.push(...options.urls.map((url) => openReader(options, url, log)));
  const positions = createReplicaPositions(log.ask);

  async function look(): Promise<void> {
    await log.ask().catch(() => {});
    await Promise.all(readers.map(({ replica }) => replica.look()));
    positions.fold(Math.min(...readers.map(({ replica }) => replica.replayed() ?? 0)));
  }

  const everyMs = Math.min(1_000, Math.max(50, options.maximumLagMs / 4));
  const looking = setInterval(() => void look(), everyMs).unref();
  async function close(): Promise<void> {
    clearInterval(looking);
    positions.close();
    await Promise.all(readers.map(({ replica }) => replica.close()));
  }

  try {
    await log.ask();
    await assertReplicas(options, readers, log.history());
    await look();
  } catch (error) {
    await close();
    throw error;
  }
  const { committed, snapshot } = options.onPrimary;
  const choose = createChoice(options.channel, readers, positions, lag);
  return {
    ports: routePorts(committed, (tenantId) => choose(tenantId, () => true)),
    snapshot: routeSnapshot(snapshot, (tenantId) =>
      choose(tenantId, (replica) => replica.keepsSnapshots()),
    ),
    noteChanges: (changes) => {
      if (changes === "everything") return positions.note(null);
      for (const tenantId of new Set(changes.map((one) => one.tenant_id))) positions.note(tenantId);
    },
    noteWrite: positions.note,
    close,
  };
}

async function assertReplicas(
  { settings, onWarning }: ReplicasOptions,
  readers: readonly Reader[],
  history: ClusterHistory | undefined,
): Promise<void> {
  const user = createClient(settings).user ?? "the user of DATABASE_URL";
  const found = readers.map(({ replica }) => assertReplica(replica, history, user));
  for (const warning of await Promise.all(found)) if (warning !== undefined) onWarning(warning);
}

function openReader(options: ReplicasOptions, url: string, log: PrimaryLog): Reader {
  const settings = { ...options.settings, url };
  const replica = createReplica(settings, options.size, options.queueTimeoutMs, log.history);
  const { connections, server } = replica;
  const ports = options.portsOver(connections, server);
  return { replica, ports, snapshot: options.snapshotsOver(connections, server) };
}

/** Chooses, in turn, a replica that has every known change of the tenant; none while messages may be missed. */
function createChoice(
  channel: Channel,
  readers: readonly Reader[],
  positions: ReplicaPositions,
  lag: ReplicaLag,
): (tenantId: string | null, isGood: (replica: Replica) => boolean) => ReturnType<Choose> {
  let turn = 0;
  return (tenantId, isGood) => {
    if (tenantId === null || channel.catchUp(false) instanceof Promise) return undefined;
    const required = positions.required(tenantId);
    if (required === Number.POSITIVE_INFINITY) return undefined;
    turn += 1;
    const now = performance.now();
    for (let tried = 0; tried < readers.length; tried += 1) {
      const reader = readers[(turn + tried) % readers.length] as Reader;
      const replayed = reader.replica.replayed();
      if (replayed === undefined || !isGood(reader.replica)) continue;
      if (replayed >= required && lag.isWithin(replayed, now)) return reader;
      if (replayed < required) void reader.replica.look();
    }
    return undefined;
  };
}
