import { setTimeout as delay } from "node:timers/promises";
import { backoffMs, type WriteLock } from "@tenantry/storage-sqlite/machinery";
import type { Directory } from "./directory.ts";
import { toDirectoryError } from "./directory-error.ts";
import type { ExclusiveLock } from "./exclusive-lock.ts";
import type { Memory } from "./memory.ts";

/** Admits writers one at a time, with memory in sync with the directory, and readers whenever memory shows only commits. */
export interface DirectoryGate {
  /** The lock, with the interface that the queue of writers needs. */
  readonly writeLock: WriteLock;
  /** Pending while memory is being synchronized with the directory; nobody may read memory then. */
  readonly syncing: Promise<void> | undefined;
  /** Synchronizes memory with the directory. @throws {DomainError} `storage_busy`, `storage_damaged`, `storage_unavailable`. */
  sync(): Promise<void>;
  /** For closing: waits for running work, and writes the files up to the last commit if that is worth it. */
  end(): Promise<void>;
}

interface Gate {
  readonly directory: Directory;
  readonly memory: Memory;
  readonly lock: ExclusiveLock;
  readonly busyTimeoutMs: number;
  syncing: Promise<void> | undefined;
  /** File writing in progress. Writers wait for it, readers do not. */
  tidying: Promise<void> | undefined;
  showing: Showing | undefined;
  contendedSince: number | undefined;
  failure: { readonly error: unknown; readonly at: number } | undefined;
  /** How long writing the source files took the last time. */
  lastShowMs: number;
}

interface Showing {
  readonly done: Promise<void>;
  /** Starts at once instead of waiting. */
  hurry(): void;
}

/** How long a failed synchronization is reported. Longer than the queue ever waits before it tries again. */
const toldWithinMs = 1000;
/** Writing large source files takes at most a tenth of the time, but they never lag by more than a second plus one writing. */
const showingShare = 10;
const longestBehindMs = 1000;

export function createDirectoryGate(
  directory: Directory,
  memory: Memory,
  lock: ExclusiveLock,
  busyTimeoutMs: number,
): DirectoryGate {
  const gate: Gate = {
    directory,
    memory,
    lock,
    busyTimeoutMs,
    syncing: undefined,
    tidying: undefined,
    showing: undefined,
    contendedSince: undefined,
    failure: undefined,
    lastShowMs: 0,
  };
  return {
    writeLock: {
      tryAcquire: () => tryAcquire(gate),
      acquire: () => takeLock(gate),
      commit: () => commit(gate),
      rollback: () => rollback(gate),
      busyError: () => lock.busyError(),
    },
    get syncing() {
      return gate.syncing;
    },
    async sync() {
      await gate.tidying;
      await (gate.syncing ?? startSync(gate, takeLock(gate)));
    },
    end: () => end(gate),
  };
}

function tryAcquire(gate: Gate): boolean {
  const { directory, memory, lock } = gate;
  throwFailure(gate);
  if (gate.syncing !== undefined || gate.tidying !== undefined || !tryTake(gate)) return false;
  try {
    if (directory.isInSync()) {
      memory.db.exec("BEGIN");
      return true;
    }
  } catch (error) {
    lock.release();
    throw toDirectoryError(error, "the directory");
  }
  startSync(gate, Promise.resolve()).catch((error: unknown) => {
    gate.failure = { error, at: performance.now() };
  });
  return false;
}

/** Reports the failure to those who are waiting. Later callers try again. */
function throwFailure(gate: Gate): void {
  const { failure } = gate;
  gate.failure = undefined;
  if (failure !== undefined && performance.now() - failure.at < toldWithinMs) throw failure.error;
}

/** Only waiting for other processes counts towards the time-out, because this process's own work is sure to end. */
function tryTake(gate: Gate): boolean {
  const now = performance.now();
  if (gate.lock.tryTake()) {
    gate.contendedSince = undefined;
    return true;
  }
  gate.contendedSince ??= now;
  if (now - gate.contendedSince < gate.busyTimeoutMs) return false;
  gate.contendedSince = undefined;
  throw gate.lock.busyError();
}

/** Takes the lock, trying again while others hold it. @throws {DomainError} `storage_busy`, naming the holder. */
async function takeLock({ lock, busyTimeoutMs }: Gate): Promise<void> {
  const deadline = performance.now() + busyTimeoutMs;
  for (let attempt = 0; !lock.tryTake(); attempt += 1) {
    if (performance.now() >= deadline) throw lock.busyError();
    await delay(backoffMs(attempt));
  }
}

/** Synchronizes once the lock is held, then releases it. */
function startSync(gate: Gate, held: Promise<void>): Promise<void> {
  const work = async () => {
    await held;
    try {
      await gate.directory.sync();
    } finally {
      gate.lock.release();
    }
  };
  gate.syncing = work().finally(() => {
    gate.syncing = undefined;
  });
  return gate.syncing;
}

function rollback({ memory, lock }: Gate): void {
  if (memory.db.isTransaction) memory.db.exec("ROLLBACK");
  lock.release();
}

async function commit(gate: Gate): Promise<void> {
  const { directory, lock } = gate;
  try {
    await directory.commit();
  } catch (error) {
    rollback(gate);
    throw error;
  }
  if (directory.wantsSaving("now and then")) startTidying(gate, () => directory.save());
  else lock.release();
  if (directory.isBehind()) gate.showing ??= startShowing(gate);
}

/** Writes files while the lock is held, then releases it. A failure loses nothing: the journal has everything, and the work is tried again. */
function startTidying(gate: Gate, work: () => Promise<void>): void {
  const done = work().catch(() => {});
  gate.tidying = done.finally(() => {
    gate.tidying = undefined;
    gate.lock.release();
  });
}

/** Writes large source files after a delay, so that several commits share one writing. */
function startShowing(gate: Gate): Showing {
  const hurrying = new AbortController();
  const { signal } = hurrying;
  const work = async () => {
    do {
      const waitMs = Math.min(gate.lastShowMs * showingShare, longestBehindMs);
      await delay(waitMs, undefined, { signal }).catch(() => {});
      await show(gate, signal);
    } while (gate.directory.isBehind() && !signal.aborted);
  };
  // A failure loses nothing: the next commit or opening writes the source files.
  const done = work()
    .catch(() => {})
    .finally(() => {
      gate.showing = undefined;
    });
  return { done, hurry: () => hurrying.abort() };
}

async function show(gate: Gate, signal: AbortSignal): Promise<void> {
  const { directory, lock } = gate;
  let deadline = Number.POSITIVE_INFINITY;
  for (let attempt = 0; !canTidy(gate); attempt += 1) {
    if (signal.aborted) deadline = Math.min(deadline, performance.now() + gate.busyTimeoutMs);
    if (performance.now() > deadline) return;
    await delay(backoffMs(attempt));
  }
  const start = performance.now();
  if (!isStillInSync(gate)) await startSync(gate, Promise.resolve());
  else if (directory.isBehind()) startTidying(gate, () => directory.show());
  else lock.release();
  await gate.tidying;
  gate.lastShowMs = performance.now() - start;
}

function isStillInSync({ directory, lock }: Gate): boolean {
  try {
    return directory.isInSync();
  } catch (error) {
    lock.release();
    throw error;
  }
}

function canTidy({ syncing, tidying, lock }: Gate): boolean {
  return syncing === undefined && tidying === undefined && lock.tryTake();
}

async function end(gate: Gate): Promise<void> {
  const { directory, lock } = gate;
  gate.showing?.hurry();
  await gate.showing?.done;
  await gate.syncing?.catch(() => {});
  await gate.tidying;
  if (!directory.wantsSaving("at the end") || !lock.tryTake()) return;
  try {
    if (directory.isInSync()) await directory.save();
  } catch {
    // The journal has everything.
  } finally {
    lock.release();
  }
}
