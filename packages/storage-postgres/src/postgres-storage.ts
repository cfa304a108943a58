import { type ChangeListener, DomainError, type Ports, type Storage } from "@tenantry/core";
import { createPorts } from "@tenantry/storage-sql";
import { type Access, prepareAccess } from "./application-role.ts";
import { type Channel, openChannel } from "./channel.ts";
import {
  assertUsable,
  type ConnectionSettings,
  connectOnce,
  createClient,
  describeServer,
} from "./connection.ts";
import { type Connections, openConnections } from "./connections.ts";
import { migrateDatabase } from "./migrate.ts";
import { createMoves } from "./moves.ts";
import { toStorageError } from "./postgres-error.ts";
import { createPostgresSession } from "./postgres-session.ts";
import { openReplicas, type Replicas } from "./replicas.ts";
import { createSnapshots } from "./snapshots.ts";
import { stayAwake } from "./stay-awake.ts";
import { createTransactions } from "./transactions.ts";

export interface PostgresStorageOptions {
  /** `postgres://user:password@host:port/database`, with the parameters of libpq. */
  readonly url: string;
  /**
   * The address, as in `url`, of the user who owns and migrates the tables; `url` then names a user who owns nothing.
   * By default such a user is created, if possible.
   */
  readonly ownerUrl?: string | undefined;
  /**
   * Called with a sentence where a protection between tenants is missing, and for each standby that cannot be read
   * when opening.
   */
  readonly onWarning?: ((message: string) => void) | undefined;
  /** Connections besides the one that listens: half for reads, half for transactions; 16 by default. */
  readonly poolSize?: number | undefined;
  /** Standbys of the database, as in `url`. Lists may be read from them. */
  readonly replicaUrls?: readonly string[] | undefined;
  /** How far a standby may lag before it is not used; 10,000 ms by default. */
  readonly replicaMaximumLagMs?: number | undefined;
  /** How long a write waits for a lock before it is refused with `storage_busy`; 5,000 ms by default. */
  readonly busyTimeoutMs?: number | undefined;
  /** How long a call waits for a connection that others of this process use; 30,000 ms by default. */
  readonly queueTimeoutMs?: number | undefined;
  /** How long a connection may take to open; 5,000 ms by default. */
  readonly connectTimeoutMs?: number | undefined;
  /** How long one statement may take; 30,000 ms by default. */
  readonly statementTimeoutMs?: number | undefined;
  /** How long a transaction may be idle; 60,000 ms by default. */
  readonly idleInTransactionTimeoutMs?: number | undefined;
  /** The name of this program in `pg_stat_activity`. */
  readonly program?: string | undefined;
}

const defaultPoolSize = 16;
const defaultQueueTimeoutMs = 30_000;
const defaultMaximumLagMs = 10_000;

/**
 * Opens a database on a PostgreSQL server and brings it to the newest schema.
 *
 * @throws {DomainError} `storage_unavailable`, `storage_newer`, `storage_busy`. Each says what to do, and the
 * database is left unchanged.
 */
export async function openPostgresStorage(options: PostgresStorageOptions): Promise<Storage> {
  const settings = connectionSettings(options);
  const server = describeServer(options.url);
  try {
    const { settings: access, warning } = await prepareDatabase(settings, server);
    if (warning !== undefined) options.onWarning?.(warning);
    let listener: ChangeListener | undefined;
    let replicas: Replicas | undefined;
    const notify: ChangeListener = (told) => {
      replicas?.noteChanges(told);
      listener?.(told);
    };
    const channel = await openChannel(() => createClient(access), notify);
    const half = Math.max(1, Math.floor((options.poolSize ?? defaultPoolSize) / 2));
    const queueTimeoutMs = options.queueTimeoutMs ?? defaultQueueTimeoutMs;
    const openHalf = () => openConnections(access, half, queueTimeoutMs, server);
    const parts = {
      owner: toOwner(settings),
      server,
      channel,
      readers: openHalf(),
      writers: openHalf(),
      notify,
    };
    const storage = assemble(parts, (told) => {
      listener = told;
    });
    if ((options.replicaUrls ?? []).length === 0) return storage;
    replicas = await openReplicasOf(options, access, parts, half, storage);
    return withReplicas(storage, replicas);
  } catch (error) {
    throw toStorageError(error, server);
  }
}

/**
 * Brings a database to the newest schema and creates the role that uses it, without opening it.
 *
 * @throws {DomainError} as {@link openPostgresStorage}.
 */
export async function preparePostgresDatabase(options: PostgresStorageOptions): Promise<void> {
  const server = describeServer(options.url);
  try {
    await prepareDatabase(connectionSettings(options), server);
  } catch (error) {
    throw toStorageError(error, server);
  }
}

/** The connection settings, with defaults for absent options. */
export function connectionSettings(options: PostgresStorageOptions): ConnectionSettings {
  return {
    url: options.url,
    ownerUrl: options.ownerUrl,
    connectTimeoutMs: options.connectTimeoutMs ?? 5_000,
    statementTimeoutMs: options.statementTimeoutMs ?? 30_000,
    lockTimeoutMs: options.busyTimeoutMs ?? 5_000,
    idleInTransactionTimeoutMs: options.idleInTransactionTimeoutMs ?? 60_000,
    program: options.program ?? "tenantry",
  };
}

/** The connection settings for the tables' owner. */
export function ownerSettings(options: PostgresStorageOptions): ConnectionSettings {
  return toOwner(connectionSettings(options));
}

function toOwner(settings: ConnectionSettings): ConnectionSettings {
  return { ...settings, url: settings.ownerUrl ?? settings.url };
}

/** Brings the schema to the newest version, and finds the role to use. */
export async function prepareDatabase(
  settings: ConnectionSettings,
  server: string,
): Promise<Access> {
  return await connectOnce(toOwner(settings), async (client) => {
    await assertUsable(client, server);
    await migrateDatabase(client);
    return await prepareAccess(client, settings, server);
  });
}

interface Parts {
  readonly owner: ConnectionSettings;
  readonly server: string;
  readonly channel: Channel;
  readonly readers: Connections;
  readonly writers: Connections;
  readonly notify: ChangeListener;
}

/** Ports that run reads on connections. */
function createReadingPorts(
  { query }: Connections,
  server: string,
  track = <T>(work: Promise<T>) => work,
): Ports {
  const reading = createPostgresSession(
    server,
    "alone",
    (statement) => track(query(statement)),
    refuseChange,
  );
  return createPorts({ ...reading, run: refuseChange, write: refuseChange });
}

function assemble(parts: Parts, onChange: Storage["onChange"]): Storage {
  const { server, channel, readers, writers, notify } = parts;
  const ports = createReadingPorts(readers, server, track);
  const writing = { connections: writers, channel, server, onCommit: notify };
  const transaction = createTransactions({ ...writing, fence: "kept" });
  const write = createTransactions({ ...writing, fence: "passed" });
  const moves = createMoves({ owner: parts.owner, writers, server, write });
  const snapshot = createSnapshots(readers, server);
  const running = new Set<Promise<unknown>>();
  let closing: Promise<void> | undefined;

  async function track<T>(work: Promise<T>): Promise<T> {
    running.add(work);
    try {
      return await work;
    } finally {
      running.delete(work);
    }
  }

  async function end(): Promise<void> {
    while (running.size > 0) await Promise.allSettled(running);
    await Promise.all([readers.end(), writers.end(), channel.close()]);
  }

  function assertOpen(): void {
    if (closing === undefined) return;
    throw new DomainError("storage_closed", "The storage is closed; open it again");
  }

  return {
    get committed() {
      assertOpen();
      return ports;
    },
    get replicated() {
      return this.committed;
    },
    async transaction(tenantId, body, options) {
      assertOpen();
      return await track(transaction(tenantId, body, options));
    },
    async snapshot(tenantId, body) {
      assertOpen();
      return await track(snapshot(tenantId, body));
    },
    onChange,
    catchUp(_tenantId, fresh) {
      assertOpen();
      return channel.catchUp(fresh);
    },
    foreignCommits: channel.count,
    moves,
    history: channel.history,
    close() {
      closing ??= stayAwake(end);
      return closing;
    },
  };
}

async function openReplicasOf(
  options: PostgresStorageOptions,
  settings: ConnectionSettings,
  { channel, readers }: Parts,
  size: number,
  onPrimary: Storage,
): Promise<Replicas> {
  try {
    return await openReplicas({
      urls: options.replicaUrls ?? [],
      maximumLagMs: options.replicaMaximumLagMs ?? defaultMaximumLagMs,
      settings,
      onWarning: (message) => options.onWarning?.(message),
      size,
      queueTimeoutMs: options.queueTimeoutMs ?? defaultQueueTimeoutMs,
      channel,
      primary: readers,
      portsOver: createReadingPorts,
      snapshotsOver: createSnapshots,
      onPrimary,
    });
  } catch (error) {
    await onPrimary.close();
    throw error;
  }
}

/** A storage whose lists are read from its standbys. */
function withReplicas(storage: Storage, replicas: Replicas): Storage {
  return {
    ...storage,
    get committed() {
      return storage.committed;
    },
    get replicated() {
      return replicas.ports;
    },
    async transaction(tenantId, body, options) {
      try {
        return await storage.transaction(tenantId, body, options);
      } finally {
        replicas.noteWrite(tenantId);
      }
    },
    snapshot: (tenantId, body, options) =>
      options?.replicated === true
        ? replicas.snapshot(tenantId, body)
        : storage.snapshot(tenantId, body),
    async close() {
      await stayAwake(replicas.close);
      await storage.close();
    },
  };
}

function refuseChange(): never {
  throw new Error("Only the ports of a transaction write");
}
