import type { DatabaseSync } from "node:sqlite";
import { setTimeout as delay, setImmediate as nextTurn } from "node:timers/promises";
import { type Awaitable, type Change, DomainError, type Ports } from "@tenantry/core";
import { backoffMs } from "./waiting.ts";
import type { WriteLock } from "./write-lock.ts";

const mostBodies = 64;
const longestBatchMs = 5;

type Body = (ports: Ports) => Awaitable<unknown>;

interface Job {
  readonly body: Body;
  readonly deadline: number;
  answer(value: unknown): void;
  refuse(error: unknown): void;
}

/** What a body came to; told to its caller when the commit it was part of is on disk. */
type Outcome =
  | { readonly job: Job; readonly value: unknown }
  | { readonly job: Job; readonly error: unknown };

export interface WriteQueueOptions {
  readonly db: DatabaseSync;
  readonly lock: WriteLock;
  readonly ports: Ports;
  /** The changes of the open transaction, in order; a body that fails takes its own back. */
  readonly changes: Change[];
  readonly busyTimeoutMs: number;
  /** Called with the lock held, before the first body: what others committed is seen before anything of ours. */
  readonly onBegin: () => void;
  /** Called in the transaction, after the last body. */
  readonly onBeforeCommit: () => void;
  /** Called after the commit, before the answers. */
  readonly onCommit: (changes: readonly Change[]) => void;
}

export interface WriteQueue {
  add<T>(body: (ports: Ports) => Awaitable<T>): Promise<T>;
  /** Whether a transaction is open, so that its handle shows what is not committed. */
  readonly isWriting: boolean;
  /** Resolves when the transaction that is open has ended. */
  settled(): Promise<void>;
  /** Resolves when everything that was added is done. */
  drained(): Promise<void>;
}

/**
 * Group commit: bodies that wait together run one after another in one transaction, each in a savepoint, and share one fsync. Nobody has
 * an answer before it, not even a refusal, since it may rest on what another body of the batch wrote.
 */
export function createWriteQueue(options: WriteQueueOptions): WriteQueue {
  const queue: Job[] = [];
  let working: Promise<void> | undefined;
  let batch: Promise<void> | undefined;

  async function work(): Promise<void> {
    for (let attempt = 0; queue.length > 0; ) {
      // A turn of the event loop: requests that came in meanwhile join this batch, and everybody else gets theirs.
      await nextTurn();
      if (begin(options, queue)) {
        attempt = 0;
        batch = runBatch(options, queue);
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
    add<T>(body: (ports: Ports) => Awaitable<T>): Promise<T> {
      return new Promise<T>((resolve, reject) => {
        const answer = resolve as (value: unknown) => void;
        const deadline = performance.now() + options.busyTimeoutMs;
        queue.push({ body, deadline, answer, refuse: reject });
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

/** Takes the lock. Where it is held by others, those who have waited long enough are told so. */
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

async function runBatch(options: WriteQueueOptions, queue: Job[]): Promise<void> {
  const outcomes: Outcome[] = [];
  options.changes.length = 0;
  try {
    options.onBegin();
    await runBodies(options, queue, outcomes);
    if (options.db.isTransaction) {
      options.onBeforeCommit();
      await options.lock.commit();
    }
  } catch (error) {
    if (options.db.isTransaction) options.lock.rollback();
    for (const { job } of outcomes) job.refuse(error);
    return;
  }
  try {
    if (options.changes.length > 0) options.onCommit(options.changes.slice());
  } finally {
    for (const outcome of outcomes) tell(outcome);
  }
}

function tell(outcome: Outcome): void {
  if ("error" in outcome) outcome.job.refuse(outcome.error);
  else outcome.job.answer(outcome.value);
}

async function runBodies(
  options: WriteQueueOptions,
  queue: Job[],
  outcomes: Outcome[],
): Promise<void> {
  const end = performance.now() + longestBatchMs;
  do {
    const job = queue.shift();
    if (job === undefined) return;
    // The first body has the whole transaction for its savepoint: alone it pays for none.
    const isFirst = outcomes.length === 0;
    if (!isFirst) options.db.exec("SAVEPOINT body");
    const mark = options.changes.length;
    const outcome = await runBody(job, options.ports);
    outcomes.push(outcome);
    if (!options.db.isTransaction) throw lostTransaction(outcome);
    if (!("error" in outcome)) {
      if (!isFirst) options.db.exec("RELEASE body");
      continue;
    }
    options.changes.length = mark;
    if (isFirst) {
      options.lock.rollback();
      return;
    }
    options.db.exec("ROLLBACK TO body; RELEASE body");
  } while (outcomes.length < mostBodies && performance.now() < end);
}

async function runBody(job: Job, ports: Ports): Promise<Outcome> {
  try {
    return { job, value: await job.body(ports) };
  } catch (error) {
    return { job, error };
  }
}

/** SQLite itself rolled back, as it does on a full disk: nothing of the batch is left, whoever's fault it was. */
function lostTransaction(outcome: Outcome): unknown {
  const cause = "error" in outcome ? outcome.error : undefined;
  if (cause instanceof DomainError && cause.kind === "unavailable") return cause;
  return new DomainError("storage_unavailable", "The storage took the changes back; try again", {
    cause,
  });
}
