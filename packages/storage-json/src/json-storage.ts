import { resolve } from "node:path";
import {
  type Awaitable,
  type ChangeListener,
  DomainError,
  type Ports,
  type Storage,
  type TransactionOptions,
} from "@tenantry/core";
import { createPorts, type Session } from "@tenantry/storage-sql";
import {
  createMemorySnapshots,
  createSavepoint,
  createWaitingSession,
  createWriteQueue,
  inMemory,
  type WriteQueue,
} from "@tenantry/storage-sqlite/machinery";
import { createDirectory, type Directory } from "./directory.ts";
import { toDirectoryError } from "./directory-error.ts";
import { createDirectoryGate, type DirectoryGate } from "./directory-gate.ts";
import { layoutOf, prepareDirectory } from "./directory-layout.ts";
import { type ExclusiveLock, openExclusiveLock } from "./exclusive-lock.ts";
import { createMemory, type Memory } from "./memory.ts";
import { markOpen, type OpenMark } from "./open-mark.ts";

export interface JsonStorageOptions {
  /** The directory. It is created if it does not exist. */
  readonly directory: string;
  /** How many milliseconds a write waits for other Tenantry processes before it is refused with `storage_busy`. */
  readonly busyTimeoutMs?: number | undefined;
  /** This program's name, in the messages of programs that wait for it. */
  readonly program?: string | undefined;
}

const defaultBusyTimeoutMs = 5000;

/** A storage in a JSON directory. */
export interface JsonStorage extends Storage {
  /** How many times of the Python module are stored to the microsecond. Other storages cannot hold them exactly. */
  countExactTimes(): number;
}

/**
 * Opens a directory of JSON files: the two of the Python module in its format, and Tenantry's own beside them. Every query is
 * answered by a SQLite database in memory that is kept in sync with the files.
 *
 * @throws {DomainError} `storage_unavailable`, `storage_damaged`, `storage_newer`, `storage_busy`: each says what to do, and
 *   the files are not changed.
 */
export async function openJsonStorage(options: JsonStorageOptions): Promise<JsonStorage> {
  const { busyTimeoutMs = defaultBusyTimeoutMs, program = "tenantry" } = options;
  const layout = layoutOf(resolve(options.directory));
  prepareDirectory(layout);
  // Before anything else: while it is held nobody can replace the directory, so the lock file opened next is the right one.
  const mark = markOpen(layout, busyTimeoutMs);
  let lock: ExclusiveLock | undefined;
  let memory: Memory | undefined;
  try {
    lock = openExclusiveLock(layout.lock, layout.directory, program, busyTimeoutMs);
    memory = await createMemory(layout.directory);
    const listeners: ChangeListener[] = [];
    const tell: ChangeListener = (changes) => {
      for (const listener of listeners) listener(changes);
    };
    const directory = createDirectory(memory, layout, tell);
    const gate = createDirectoryGate(directory, memory, lock, busyTimeoutMs);
    await gate.sync();
    return assemble({ directory, gate, memory, lock, mark, tell, listeners });
  } catch (error) {
    memory?.close();
    mark.close();
    lock?.close();
    throw toDirectoryError(error, layout.directory);
  }
}

interface Parts {
  readonly directory: Directory;
  readonly gate: DirectoryGate;
  readonly memory: Memory;
  readonly lock: ExclusiveLock;
  readonly mark: OpenMark;
  readonly tell: ChangeListener;
  readonly listeners: ChangeListener[];
}

function assemble(parts: Parts): JsonStorage {
  const { directory, gate, memory } = parts;
  const queue = createQueue(parts);
  const readable = createReadable(parts, queue);
  const committed = createPorts(createCommittedSession(memory, readable));
  const snapshots = createMemorySnapshots(memory.db, inMemory, () => readable.settled());
  const looks = oncePerTurn();
  let closing: Promise<void> | undefined;

  async function end(): Promise<void> {
    await queue.drained();
    await snapshots.close();
    await gate.end();
    directory.close();
    memory.close();
    parts.mark.close();
    parts.lock.close();
  }

  function assertOpen(): void {
    if (closing === undefined) return;
    throw new DomainError("storage_closed", "The storage is closed; open it again");
  }

  return {
    get committed() {
      assertOpen();
      return committed;
    },
    get replicated() {
      return this.committed;
    },
    async transaction<T>(
      _tenantId: string | null,
      body: (ports: Ports) => Awaitable<T>,
      options?: TransactionOptions,
    ) {
      assertOpen();
      return await queue.add(body, options);
    },
    async snapshot(_tenantId, body) {
      assertOpen();
      await readable.seeOthers();
      return await snapshots.run(body);
    },
    onChange: (listener) => void parts.listeners.push(listener),
    catchUp(_tenantId, fresh) {
      assertOpen();
      if (queue.isWriting || !looks.isDue(fresh)) return gate.syncing;
      return readable.seeOthers() ?? (directory.isEdited() ? gate.sync() : undefined);
    },
    foreignCommits: () => directory.foreignCommits(),
    countExactTimes() {
      assertOpen();
      return memory.countExactTimes();
    },
    close() {
      closing ??= end();
      return closing;
    },
  };
}

function createQueue({ gate, memory, tell }: Parts): WriteQueue {
  return createWriteQueue({
    db: memory.db,
    lock: gate.writeLock,
    savepoint: createSavepoint(memory.db),
    openPorts: memory.openPorts,
    changes: memory.changes,
    // The gate enforces the time-out.
    busyTimeoutMs: Number.POSITIVE_INFINITY,
    onBegin() {},
    onBeforeCommit() {},
    onCommit: tell,
  });
}

/** Decides when memory may be read. There is one handle, on which uncommitted changes are visible. */
interface Readable {
  /** Applies other Tenantry processes' commits; returns a promise if that takes time. */
  seeOthers(): Promise<void> | undefined;
  /** Resolves when the open transaction has ended. */
  settled(): Promise<void>;
}

function createReadable({ directory, gate }: Parts, queue: WriteQueue): Readable {
  const settled = async () => {
    await queue.settled();
    // Its failure is reported to the caller that began it; here it only has to end.
    await gate.syncing?.catch(() => {});
  };
  return {
    settled,
    seeOthers() {
      if (queue.isWriting || gate.syncing !== undefined) return settled();
      return directory.follow() ? undefined : gate.sync();
    },
  };
}

function createCommittedSession(memory: Memory, readable: Readable): Session {
  function attempt<T>(call: () => T): Awaitable<T> {
    const waiting = readable.seeOthers();
    return waiting === undefined ? call() : waiting.then(() => attempt(call));
  }
  return createWaitingSession(memory.session, attempt);
}

/** How old the last look for others' commits may be within one turn of the event loop, which a chain of promises can prolong. */
const oldestLookMs = 2;

function oncePerTurn() {
  let hasLooked = false;
  let lookedAt = 0;
  return {
    isDue(fresh: boolean): boolean {
      const now = performance.now();
      if (!fresh && hasLooked && now - lookedAt < oldestLookMs) return false;
      if (!hasLooked) setImmediate(() => (hasLooked = false));
      hasLooked = true;
      lookedAt = now;
      return true;
    },
  };
}
