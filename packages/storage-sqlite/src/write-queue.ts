import type { DatabaseSync } from "node:sqlite";
import { setTimeout as delay, setImmediate as nextTurn } from "node:timers/promises";
import {
  type Awaitable,
  type Change,
  DomainError,
  type Ports,
  type TransactionOptions,
} from "@tenantry/core";
import type { RevocablePorts } from "@tenantry/storage-sql";
import { type BodyRunner, createBodyRunner } from "./body-runner.ts";
import type { Savepoint } from "./savepoint.ts";
import { backoffMs } from "./waiting.ts";
import type { WriteLock } from "./write-lock.ts";

const mostBodies = 64;
/**
 * After this time the event loop gets a turn, within a batch too. So a longer batch saves commits without delaying
 * other work in this process.
 */
const sliceMs = 5;
/** After this time a batch ends, because other processes wait for the lock (ADR 0021). Normally a batch ends before. */
const longestBatchMs = 50;

type Body = (ports: Ports) => Awaitable<unknown>;

interface Job {
  readonly body: Body;
  readonly beforeCommit: TransactionOptions["beforeCommit"];
  readonly deadline: number;
  answer(value: unknown): void;
  refuse(error: unknown): void;
}

/** The result of a body. Its caller gets it when the commit is on disk. */
type Outcome =
  | { readonly job: Job; readonly value: unknown }
  | { readonly job: Job; readonly error: unknown };

export interface WriteQueueOptions {
  readonly db: DatabaseSync;
  readonly lock: WriteLock;
  readonly savepoint: Savepoint;
  /** Creates the ports for bodies; called again after those of a body were disabled. */
  readonly openPorts: () => RevocablePorts;
  /** The changes of the open transaction, in order. Those of a body that fails are removed. */
  readonly changes: Change[];
  readonly busyTimeoutMs: number;
  /** Called with the lock held, before the first body, so that foreign commits are seen before our own. */
  readonly onBegin: () => void;
  /** Called in the transaction, after the last body. */
  readonly onBeforeCommit: () => void;
  /** Called if the commit fails after that. */
  readonly onCommitFailed?: () => void;
  /** Called after the commit, before callers get their results. */
  readonly onCommit: (changes: readonly Change[]) => void;
}

export interface WriteQueue {
  /**
   * Queues a body. It must have no effect outside its ports, because it may be run again when another body of its
   * batch fails.
   */
  add<T>(body: (ports: Ports) => Awaitable<T>, options?: TransactionOptions): Promise<T>;
  /** Whether a transaction is open, so that its handle shows uncommitted data. */
  readonly isWriting: boolean;
  /** Resolves when the open transaction has ended. */
  settled(): Promise<void>;
  /** Resolves when everything queued is done. */
  drained(): Promise<void>;
}

/**
 * Group commit: waiting bodies run one after another in one transaction and share one fsync. No caller gets a result
 * before the commit, not even a refusal, because a refusal may depend on what another body of the batch wrote. If a
 * body fails, its writes are undone, alone or with the whole transaction; in the latter case the others run again.
 */
export function createWriteQueue(options: WriteQueueOptions): WriteQueue {
  const queue: Job[] = [];
  const runner = createBodyRunner(options.openPorts);
  let working: Promise<void> | undefined;
  let batch: Promise<void> | undefined;

  async function work(): Promise<void> {
    for (let attempt = 0; queue.length > 0; ) {
      // A turn of the event loop: requests that arrived meanwhile join this batch, and other work gets its turn.
      await nextTurn();
      if (begin(options, queue)) {
        attempt = 0;
        batch = runBatch(options, runner, queue);
        await batch;
        batch = undefined;
      } else if (queue.length > 0) {
        await delay(backoffMs(attempt));
        attempt += 1;
      }
    }
    working = undefined;
  }

  return {
    add<T>(
      body: (ports: Ports) => Awaitable<T>,
      { beforeCommit }: TransactionOptions = {},
    ): Promise<T> {
      return new Promise<T>((resolve, reject) => {
        const answer = resolve as (value: unknown) => void;
        const deadline = performance.now() + options.busyTimeoutMs;
        queue.push({ body, beforeCommit, deadline, answer, refuse: reject });
        working ??= work();
      });
    },
    get isWriting() {
      return batch !== undefined;
    },
    settled: () => batch ?? Promise.resolve(),
    drained: () => working ?? Promise.resolve(),
  };
}

/** Takes the lock. If another process holds it, callers who have waited too long are refused. */
function begin(options: WriteQueueOptions, queue: Job[]): boolean {
  try {
    if (options.lock.tryAcquire()) return true;
  } catch (error) {
    for (const job of queue.splice(0)) job.refuse(error);
    return false;
  }
  const now = performance.now();
  while (queue[0] !== undefined && queue[0].deadline <= now) {
    queue.shift()?.refuse(options.lock.busyError());
  }
  return false;
}

async function runBatch(
  options: WriteQueueOptions,
  runner: BodyRunner,
  queue: Job[],
): Promise<void> {
  const outcomes: Outcome[] = [];
  options.changes.length = 0;
  options.savepoint.reset();
  try {
    options.onBegin();
    await runBodies(options, runner, queue, outcomes);
    if (options.db.isTransaction) {
      options.onBeforeCommit();
      await options.lock.commit().catch((error: unknown) => {
        options.onCommitFailed?.();
        throw error;
      });
    }
  } catch (error) {
    if (options.db.isTransaction) options.lock.rollback();
    // If it failed before the first body ran, the waiting callers are refused; otherwise it would be tried endlessly.
    const refused = outcomes.length > 0 ? outcomes.map(({ job }) => job) : queue.splice(0);
    for (const job of refused) job.refuse(error);
    return;
  }
  try {
    if (options.changes.length > 0) options.onCommit(options.changes.slice());
  } finally {
    for (const outcome of outcomes) answerCaller(outcome);
  }
}

function answerCaller(outcome: Outcome): void {
  if ("error" in outcome) outcome.job.refuse(outcome.error);
  else outcome.job.answer(outcome.value);
}

async function runBodies(
  options: WriteQueueOptions,
  runner: BodyRunner,
  queue: Job[],
  outcomes: Outcome[],
): Promise<void> {
  const { changes, db, lock, savepoint } = options;
  const end = performance.now() + longestBatchMs;
  let sliceEnd = performance.now() + sliceMs;
  while (queue.length > 0 && outcomes.length < mostBodies && performance.now() < end) {
    if (performance.now() > sliceEnd) {
      await nextTurn();
      sliceEnd = performance.now() + sliceMs;
    }
    // The first body needs no savepoint, because the whole transaction can be rolled back.
    const isFirst = outcomes.length === 0;
    if (!isFirst) savepoint.begin();
    const mark = changes.length;
    const outcome = await runBody(queue.shift() as Job, runner);
    outcomes.push(outcome);
    if (!db.isTransaction) throw lostTransaction(outcome);
    const failed = "error" in outcome;
    if (failed) changes.length = mark;
    if (failed && isFirst) return lock.rollback();
    if (failed && !savepoint.undo()) return startAgain(options, queue, outcomes);
    if (!failed && !isFirst) savepoint.keep();
  }
}

/**
 * Rolls the transaction back and queues its bodies again, in order, before those that wait. No caller has a result
 * yet. The lock was released, so others may commit before it is held again, and each body decides anew.
 */
function startAgain(options: WriteQueueOptions, queue: Job[], outcomes: Outcome[]): void {
  options.lock.rollback();
  options.changes.length = 0;
  queue.unshift(...outcomes.splice(0).map(({ job }) => job));
}

async function runBody(job: Job, runner: BodyRunner): Promise<Outcome> {
  try {
    const value = await runner.run(job.body);
    if (job.beforeCommit !== undefined) await job.beforeCommit(runner.ports);
    return { job, value };
  } catch (error) {
    return { job, error };
  }
}

/** SQLite itself rolled back, as it does on a full disk: nothing of the batch is left, whichever body caused it. */
function lostTransaction(outcome: Outcome): unknown {
  const cause = "error" in outcome ? outcome.error : undefined;
  if (cause instanceof DomainError && cause.kind === "unavailable") return cause;
  return new DomainError("storage_unavailable", "The storage took the changes back; try again", {
    cause,
  });
}
