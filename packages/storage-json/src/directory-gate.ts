import { setTimeout as delay } from "node:timers/promises";
import { backoffMs, type WriteLock } from "@tenantry/storage-sqlite/machinery";
import type { Directory } from "./directory.ts";
import { toDirectoryError } from "./directory-error.ts";
import type { ExclusiveLock } from "./exclusive-lock.ts";
import type { Memory } from "./memory.ts";

/** Lets writers in one after another, with memory like the directory, and readers whenever memory shows what is committed. */
export interface DirectoryGate {
  /** The lock as the queue of writers wants it. */
  readonly writeLock: WriteLock;
  /** There while memory is being made like the directory: nobody reads it then. */
  readonly levelling: Promise<void> | undefined;
  /** Makes memory like the directory. @throws {DomainError} `storage_busy`, `storage_damaged`, `storage_unavailable`. */
  level(): Promise<void>;
  /** Brings the files up to the last commit as far as that is worth it, and waits for what is under way. */
  end(): Promise<void>;
}

interface Gate {
  readonly directory: Directory;
  readonly memory: Memory;
  readonly lock: ExclusiveLock;
  readonly busyTimeoutMs: number;
  levelling: Promise<void> | undefined;
  /** Writing of files for which writers wait and readers don't. */
  tidying: Promise<void> | undefined;
  showing: Showing | undefined;
  contendedSince: number | undefined;
  failure: { readonly error: unknown; readonly at: number } | undefined;
  /** How long the source files took to write the last time. */
  lastShowMs: number;
}

interface Showing {
  readonly done: Promise<void>;
  /** Does it now rather than later. */
  hurry(): void;
}

/** Longer than the queue ever waits before it tries again. */
const toldWithinMs = 1000;
/** Large source files take a tenth of the time, and are never longer behind than this and what one writing takes. */
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
    levelling: undefined,
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
    get levelling() {
      return gate.levelling;
    },
    async level() {
      await gate.tidying;
      await (gate.levelling ?? startLevelling(gate, takeLock(gate)));
    },
    end: () => end(gate),
  };
}

function tryAcquire(gate: Gate): boolean {
  const { directory, memory, lock } = gate;
  throwFailure(gate);
  if (gate.levelling !== undefined || gate.tidying !== undefined || !tryTake(gate)) return false;
  try {
    if (directory.isLevel()) {
      memory.db.exec("BEGIN");
      return true;
    }
  } catch (error) {
    lock.release();
    throw toDirectoryError(error, "the directory");
  }
  startLevelling(gate, Promise.resolve()).catch((error: unknown) => {
    gate.failure = { error, at: performance.now() };
  });
  return false;
}

/** Those who wait are told what went wrong; whoever comes after them tries anew. */
function throwFailure(gate: Gate): void {
  const { failure } = gate;
  gate.failure = undefined;
  if (failure !== undefined && performance.now() - failure.at < toldWithinMs) throw failure.error;
}

/** Only waiting for others counts: what this process itself is at is sure to end. */
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

/** Levels when the lock is held, and gives it up. */
function startLevelling(gate: Gate, held: Promise<void>): Promise<void> {
  const work = async () => {
    await held;
    try {
      await gate.directory.level();
    } finally {
      gate.lock.release();
    }
  };
  gate.levelling = work().finally(() => {
    gate.levelling = undefined;
  });
  return gate.levelling;
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

/** Does work on files with the lock held, and gives it up. A failure loses nothing: the journal has everything, and it is tried again. */
function startTidying(gate: Gate, work: () => Promise<void>): void {
  const done = work().catch(() => {});
  gate.tidying = done.finally(() => {
    gate.tidying = undefined;
    gate.lock.release();
  });
}

/** Shows the commits that large source files lag behind by, in a while: others join them. */
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
  // A failure loses nothing: whoever commits or opens next shows it.
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
  if (!isLevelAfterAll(gate)) await startLevelling(gate, Promise.resolve());
  else if (directory.isBehind()) startTidying(gate, () => directory.show());
  else lock.release();
  await gate.tidying;
  gate.lastShowMs = performance.now() - start;
}

function isLevelAfterAll({ directory, lock }: Gate): boolean {
  try {
    return directory.isLevel();
  } catch (error) {
    lock.release();
    throw error;
  }
}

function canTidy({ levelling, tidying, lock }: Gate): boolean {
  return levelling === undefined && tidying === undefined && lock.tryTake();
}

async function end(gate: Gate): Promise<void> {
  const { directory, lock } = gate;
  gate.showing?.hurry();
  await gate.showing?.done;
  await gate.levelling?.catch(() => {});
  await gate.tidying;
  if (!directory.wantsSaving("at the end") || !lock.tryTake()) return;
  try {
    if (directory.isLevel()) await directory.save();
  } catch {
    // The journal has everything.
  } finally {
    lock.release();
  }
}
