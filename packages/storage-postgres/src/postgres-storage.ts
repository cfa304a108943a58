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
  /** `postgres://user:password@host:port/database`, with the parameters that libpq knows. */
  readonly url: string;
  /** As `url`, of who owns the tables and migrates them; `url` then names a user who owns nothing. Without it that user is made, if possible. */
  readonly ownerUrl?: string | undefined;
  /** Told in a sentence where the second wall between tenants is lower than it could be, and of each standby that cannot be read at the opening. */
  readonly onWarning?: ((message: string) => void) | undefined;
  /** Connections to the server beside the one that listens: half for reads, half for transactions. 16 without it. */
  readonly poolSize?: number | undefined;
  /** Standbys of the database, as `url`. Lists may be read from them. */
  readonly replicaUrls?: readonly string[] | undefined;
  /** How far a standby may be behind before it is left out; 10,000 ms without it. */
  readonly replicaMaximumLagMs?: number | undefined;
  /** How long a write waits for another's lock before it is refused with `storage_busy`; 5,000 ms without it. */
  readonly busyTimeoutMs?: number | undefined;
  /** How long a call waits for a connection that others of this process use; 30,000 ms without it. */
  readonly queueTimeoutMs?: number | undefined;
  /** How long a connection may take to open; 5,000 ms without it. */
  readonly connectTimeoutMs?: number | undefined;
  /** How long one statement may take; 30,000 ms without it. */
  readonly statementTimeoutMs?: number | undefined;
  /** How long a transaction may stand still; 60,000 ms without it. */
  readonly idleInTransactionTimeoutMs?: number | undefined;
  /** What this program calls itself in `pg_stat_activity`. */
  readonly program?: string | undefined;
}

const defaultPoolSize = 16;
const defaultQueueTimeoutMs = 30_000;
const defaultMaximumLagMs = 10_000;

/**
 * Opens a database of a PostgreSQL server and brings it to the newest schema.
 *
 * @throws {DomainError} `storage_unavailable`, `storage_newer`, `storage_busy`: each says what to do, and the database is left as it was.
 */
export async function openPostgresStorage(options: PostgresStorageOptions): Promise<Storage> {
  const settings = connectionSettings(options);
  const server = describeServer(options.url);
  try {
    const { settings: access, warning } = await prepareDatabase(settings, server);
    if (warning !== undefined) options.onWarning?.(warning);
    let listener: ChangeListener | undefined;
    let replicas: Replicas | undefined;
    const tell: ChangeListener = (told) => {
      replicas?.heard(told);
      listener?.(told);
    };
    const channel = await openChannel(() => createClient(access), tell);
    const half = Math.max(1, Math.floor((options.poolSize ?? defaultPoolSize) / 2));
    const queueTimeoutMs = options.queueTimeoutMs ?? defaultQueueTimeoutMs;
    const openHalf = () => openConnections(access, half, queueTimeoutMs, server);
    const parts = {
      owner: toOwner(settings),
      server,
      channel,
      readers: openHalf(),
      writers: openHalf(),
      tell,
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

/** The settings of its connections, with what is not given. */
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

/** The settings of a connection as the owner of the tables. */
export function ownerSettings(options: PostgresStorageOptions): ConnectionSettings {
  return toOwner(connectionSettings(options));
}

function toOwner(settings: ConnectionSettings): ConnectionSettings {
  return { ...settings, url: settings.ownerUrl ?? settings.url };
}

/** Brings the schema to the newest, and finds who works on it. */
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
  readonly tell: ChangeListener;
}

/** Ports over connections of which each answers one read at a time. */
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
  const { server, channel, readers, writers, tell } = parts;
  const ports = createReadingPorts(readers, server, track);
  const writing = { connections: writers, channel, server, onCommit: tell };
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
        replicas.wrote(tenantId);
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
