import { resolve } from "node:path";
import type { DatabaseSync } from "node:sqlite";
import { type Change, type ChangeListener, DomainError, type Storage } from "@tenantry/core";
import { createPorts, createRevocablePorts, type Session } from "@tenantry/storage-sql";
import { createCatalogueMemory } from "./catalogue-memory.ts";
import {
  assertOurs,
  assertSqliteVersion,
  openHandle,
  openReader,
  useWriteAheadLog,
} from "./connection.ts";
import { inMemory, prepareDatabaseFile } from "./database-file.ts";
import { type ForeignCommits, watchForeignCommits } from "./foreign-commits.ts";
import { isBehind, migrateFile } from "./migrate.ts";
import { behindFence, createMoves } from "./moves.ts";
import { createReaderSession } from "./reader-session.ts";
import { createSharedSavepoint } from "./savepoint.ts";
import { createFileSnapshots, createMemorySnapshots, type Snapshots } from "./snapshots.ts";
import { toStorageError } from "./sqlite-error.ts";
import { createSqliteSession, createWaitingSession, type SqliteSession } from "./sqlite-session.ts";
import { retryWhileBusy } from "./waiting.ts";
import { createWriteLock, type WriteLock } from "./write-lock.ts";
import { createWriteQueue, type WriteQueue } from "./write-queue.ts";
import { noWriterNote, openWriterNote, type WriterNote } from "./writer-note.ts";

export interface SqliteStorageOptions {
  /** The path of the file, which is created if it does not exist; or `:memory:`. */
  readonly path: string;
  /** How long a write waits for other processes before it is refused with `storage_busy`. */
  readonly busyTimeoutMs?: number | undefined;
  /** The name of this program that others see while they wait for it. */
  readonly program?: string | undefined;
}

const defaultBusyTimeoutMs = 5000;

/**
 * Opens a database file, creates it if it does not exist, and brings it to the newest schema.
 *
 * @throws {DomainError} `storage_unavailable`, `storage_damaged`, `storage_newer`, `storage_busy`. Each says what to
 * do, and the file is left unchanged.
 */
export async function openSqliteStorage(options: SqliteStorageOptions): Promise<Storage> {
  assertSqliteVersion();
  const path = options.path === inMemory ? inMemory : resolve(options.path);
  const busyTimeoutMs = options.busyTimeoutMs ?? defaultBusyTimeoutMs;
  if (path !== inMemory) prepareDatabaseFile(path);
  const note =
    path === inMemory ? noWriterNote : openWriterNote(path, options.program ?? "tenantry");
  try {
    return await openOn(path, note, busyTimeoutMs);
  } catch (error) {
    note.close();
    throw toStorageError(error, path);
  }
}

async function openOn(path: string, note: WriterNote, busyTimeoutMs: number): Promise<Storage> {
  const inUse = (error: unknown) => toStorageError(error, path);
  const db = await retryWhileBusy(() => openHandle(path), busyTimeoutMs, inUse);
  try {
    const lock = createWriteLock(db, path, note, busyTimeoutMs);
    // Another program that opens the file now, or recovers its log, can block each of these.
    const patiently = <T>(action: () => T) => retryWhileBusy(action, busyTimeoutMs, lock.busyError);
    await patiently(() => assertOurs(db, path));
    if (path !== inMemory) await patiently(() => useWriteAheadLog(db, path));
    if (await patiently(() => isBehind(db))) await migrateFile(db, lock);
    const writer: Writer = { db, path, note, lock, busyTimeoutMs };
    if (path === inMemory) return createMemoryStorage(writer);
    return createFileStorage(writer, await patiently(() => openReader(path)));
  } catch (error) {
    db.close();
    throw error;
  }
}

interface Writer {
  readonly db: DatabaseSync;
  readonly path: string;
  readonly note: WriterNote;
  readonly lock: WriteLock;
  readonly busyTimeoutMs: number;
}

/** What both storages share: the writer's session, its queue, and the listener for changes. */
interface WritingSide {
  readonly session: SqliteSession;
  readonly queue: WriteQueue;
  readonly foreign: ForeignCommits | undefined;
  onChange(listener: ChangeListener): void;
}

function createWritingSide(writer: Writer): WritingSide {
  const { db, path, note, lock, busyTimeoutMs } = writer;
  let seenCommits = 0;
  let listener: ChangeListener | undefined;
  const notify: ChangeListener = (told) => listener?.(told);
  const changes: Change[] = [];
  const savepoint = createSharedSavepoint(db);
  const changed = (change: Change) => changes.push(change);
  let hasRemovedEvents = false;
  const direct = createSqliteSession(db, path, changed, (prepared, values) => {
    hasRemovedEvents ||= prepared.removesEvents;
    savepoint.record(prepared.statement, values);
  });
  const catalogue = createCatalogueMemory(direct);
  const { session } = catalogue;
  const foreign = path === inMemory ? undefined : watchForeignCommits(db, session, path, notify);
  const queue = createWriteQueue({
    db,
    lock,
    savepoint,
    openPorts: () => createRevocablePorts(session),
    changes,
    busyTimeoutMs,
    onBegin: () => {
      foreign?.look();
      const commits = foreign?.count() ?? 0;
      if (commits !== seenCommits) note.take();
      seenCommits = commits;
      catalogue.begin(commits);
    },
    onBeforeCommit: () => {
      if (hasRemovedEvents) foreign?.tellRemoval();
      else if (changes.length > 0) foreign?.skipOwn();
      hasRemovedEvents = false;
    },
    onCommitFailed: () => foreign?.takeBack(),
    onCommit: notify,
  });
  return {
    session,
    queue,
    foreign,
    onChange(told) {
      listener = told;
    },
  };
}

function createFileStorage(writer: Writer, reader: DatabaseSync): Storage {
  const { path, busyTimeoutMs } = writer;
  const side = createWritingSide(writer);
  const session = createReaderSession(reader, path, busyTimeoutMs);
  const snapshots = createFileSnapshots(path, busyTimeoutMs);
  return assemble(writer, side, session, snapshots.run, async () => {
    await snapshots.close();
    reader.close();
  });
}

/** In memory there is one handle, which also shows uncommitted data, so reads wait until the transaction has ended. */
function createMemoryStorage(writer: Writer): Storage {
  const side = createWritingSide(writer);
  const { queue } = side;
  const session = createWaitingSession(side.session, (call) =>
    queue.isWriting ? queue.settled().then(call) : call(),
  );
  const snapshots = createMemorySnapshots(writer.db, writer.path, queue.settled);
  return assemble(writer, side, session, snapshots.run, snapshots.close);
}

function assemble(
  writer: Writer,
  side: WritingSide,
  committed: Session,
  snapshot: Snapshots["run"],
  closeReaders: () => Promise<void>,
): Storage {
  let closing: Promise<void> | undefined;

  async function end(): Promise<void> {
    await side.queue.drained();
    await closeReaders();
    writer.db.close();
    writer.note.close();
  }

  function assertOpen(): void {
    if (closing === undefined) return;
    throw new DomainError("storage_closed", "The storage is closed; open it again");
  }

  const ports = createPorts(committed);
  const moves = writer.path === inMemory ? undefined : createMoves(writer, side.queue);
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
      return await side.queue.add(behindFence(side.session, tenantId, body), options);
    },
    async snapshot(_tenantId, body) {
      assertOpen();
      return await snapshot(body);
    },
    onChange: side.onChange,
    catchUp(_tenantId, fresh) {
      assertOpen();
      side.foreign?.catchUp(fresh);
    },
    lookNow() {
      assertOpen();
      return side.foreign?.lookNow() ?? true;
    },
    foreignCommits: () => side.foreign?.count() ?? 0,
    ...(moves === undefined ? {} : { moves }),
    close() {
      closing ??= end();
      return closing;
    },
  };
}
