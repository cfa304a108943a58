import { setImmediate } from "node:timers";
import { setTimeout as delay } from "node:timers/promises";
import {
  type Awaitable,
  type Change,
  type TransactionOptions as CommitOptions,
  DomainError,
  foreignAwait,
  type Ports,
  type Storage,
  tenantMoving,
} from "@tenantry/core";
import type { Query, Session } from "@tenantry/storage-sql";
import { escapeLiteral, type PoolClient, type QueryResult } from "pg";
import { type Announcement, type Channel, channelName } from "./channel.ts";
import type { Connections } from "./connections.ts";
import { isFenced, passFence } from "./moves.ts";
import { isConflict, isConnectionLost, isViolation, toStorageError } from "./postgres-error.ts";
import {
  createPostgresSession,
  type NamedStatement,
  type StatementResult,
} from "./postgres-session.ts";
import { setTenant } from "./tenant-setting.ts";
import { createTransactionPorts, type LockName } from "./transaction-ports.ts";

type Body<T> = (ports: Ports) => Awaitable<T>;

/** How often a body is run again that met others in a circle of locks. */
const mostConflicts = 5;
const longestPauseMs = 20;

/** One run of a body. */
interface Attempt {
  /** With a savepoint before each write, so that a body that goes on after a refused row can. */
  readonly isCareful: boolean;
  readonly changes: Change[];
  /** Whether something was written that no event tells of and that others memorise. */
  hasUnrecorded: boolean;
  /** The transaction is lost: the body is run again, or its error stands. */
  lostBy: "violation" | "conflict" | undefined;
  /** What was sent and whose answers nobody waits for. None of them rejects. */
  readonly underWay: Promise<unknown>[];
  /** How many statements are on their way. */
  statements: number;
  isLooking: boolean;
  /** Ends the body's run with an error, while it runs. */
  refuse: ((error: Error) => void) | undefined;
  /** How the first of those failed. What failed after it, failed because of it. */
  failure: { readonly error: unknown } | undefined;
}

/** A connection with its ports, made once: only the attempt that it works for changes. */
interface Writer {
  attempt: Attempt | undefined;
  readonly ports: Ports;
}

export interface TransactionOptions {
  readonly connections: Connections;
  readonly channel: Channel;
  readonly server: string;
  /** Whether a tenant's fence is kept, or passed: by the move that has set it. */
  readonly fence: "kept" | "passed";
  /** Called after the commit, before the answer. */
  readonly onCommit: (changes: readonly Change[]) => void;
}

/**
 * Runs bodies, each in a transaction of its own (READ COMMITTED). Everything is sent as soon as it is known, and only what a body reads is
 * waited for: BEGIN goes out with the first statement, writes go out together, COMMIT behind them. What was sent after a failed statement
 * fails with it, so nothing is kept that should not be. Bodies are pure over their ports, so one may be run again:
 *
 * - after a deadlock, a few times;
 * - after a violated constraint, once. What the body read before may have been overtaken by a commit, and a second look decides as if it
 *   had come later; and since PostgreSQL ends a transaction with its first failed statement, the second run has savepoints for bodies
 *   that go on, and waits for each write, so that it fails where it stands.
 */
export function createTransactions(options: TransactionOptions): Storage["transaction"] {
  const writers = createWriters(options.server);
  return async (tenantId, body, { beforeCommit } = {}) => {
    let isCareful = false;
    for (let conflicts = 0; ; ) {
      const attempt = startAttempt(isCareful);
      try {
        return await runOnce(options, writers, tenantId, { body, beforeCommit }, attempt);
      } catch (error) {
        if (attempt.lostBy === "violation" && !isCareful) isCareful = true;
        else if (attempt.lostBy === "conflict" && conflicts < mostConflicts) conflicts += 1;
        else throw error;
      }
      if (attempt.lostBy === "conflict") await delay(Math.random() * longestPauseMs);
    }
  };
}

function startAttempt(isCareful: boolean): Attempt {
  return {
    isCareful,
    changes: [],
    hasUnrecorded: false,
    lostBy: undefined,
    underWay: [],
    statements: 0,
    isLooking: false,
    refuse: undefined,
    failure: undefined,
  };
}

/** The connections' ports. */
interface Writers {
  of(client: PoolClient): Writer;
  /** The ports are in the hands of a body that may yet come back to them: whoever has the connection next is given others. */
  forget(client: PoolClient): void;
}

function createWriters(server: string): Writers {
  const writers = new WeakMap<PoolClient, Writer>();
  return {
    of(client) {
      const known = writers.get(client);
      if (known !== undefined) return known;
      const made = createWriter(client, server);
      writers.set(client, made);
      return made;
    },
    forget: (client) => void writers.delete(client),
  };
}

interface Work<T> {
  readonly body: Body<T>;
  readonly beforeCommit: CommitOptions["beforeCommit"];
}

async function runOnce<T>(
  options: TransactionOptions,
  writers: Writers,
  tenantId: string | null,
  { body, beforeCommit }: Work<T>,
  attempt: Attempt,
): Promise<T> {
  return await options.connections.use(async (client, discard) => {
    const writer = writers.of(client);
    try {
      const begun = underWay(attempt, begin(options, client, tenantId));
      goOn(attempt, begun);
      writer.attempt = attempt;
      const result = await watchBody(attempt, body(writer.ports), () => writers.forget(client));
      await beforeCommit?.(writer.ports);
      writer.attempt = undefined;
      if (attempt.lostBy !== undefined) throw goneOn();
      // Whether the tenant may be written here is known by then, and nothing is committed before it is.
      await begun;
      await commit(options, client, attempt);
      return result;
    } catch (error) {
      // What a body sends that goes on all the same would come after the ROLLBACK, and stay.
      writer.attempt = undefined;
      await Promise.all(attempt.underWay);
      await rollback(client, discard);
      throw attempt.failure === undefined ? error : attempt.failure.error;
    }
  });
}

/**
 * Waits for a body, and refuses one that awaits something other than its ports: nothing of it is on its way, and when the event loop has gone on
 * there is still nothing. (What it does after an answer, it does before the event loop goes on.)
 *
 * @param refused Called when it is.
 */
function watchBody<T>(attempt: Attempt, result: Awaitable<T>, refused: () => void): Awaitable<T> {
  if (!(result instanceof Promise)) return result;
  return new Promise((resolve, reject) => {
    attempt.refuse = (error) => {
      attempt.refuse = undefined;
      refused();
      reject(error);
    };
    lookLater(attempt);
    result.then(resolve, reject).finally(() => {
      attempt.refuse = undefined;
    });
  });
}

/** Looks when the event loop has gone on, where nothing is on its way. */
function lookLater(attempt: Attempt): void {
  if (attempt.statements > 0 || attempt.refuse === undefined || attempt.isLooking) return;
  attempt.isLooking = true;
  setImmediate(() => {
    attempt.isLooking = false;
    if (attempt.statements === 0) attempt.refuse?.(foreignAwait());
  });
}

async function underWay<T>(attempt: Attempt, answer: Promise<T>): Promise<T> {
  attempt.statements += 1;
  try {
    return await answer;
  } finally {
    attempt.statements -= 1;
    lookLater(attempt);
  }
}

/** Goes on without the answer. */
function goOn(attempt: Attempt, answer: Promise<unknown>): void {
  attempt.underWay.push(
    answer.catch((error: unknown) => {
      attempt.failure ??= { error };
    }),
  );
}

async function begin(
  { server, fence }: TransactionOptions,
  client: PoolClient,
  tenantId: string | null,
): Promise<void> {
  const isGuarded = tenantId !== null && fence === "kept";
  const text = `BEGIN; ${setTenant(tenantId)}${isGuarded ? passFence(tenantId) : ""}`;
  try {
    const results = (await client.query(text)) as unknown as readonly QueryResult[];
    if (isGuarded && isFenced(results)) throw tenantMoving();
  } catch (error) {
    throw toStorageError(error, server);
  }
}

async function rollback(client: PoolClient, discard: (reason: Error) => void): Promise<void> {
  try {
    await client.query("ROLLBACK");
  } catch (error) {
    discard(error instanceof Error ? error : new Error(String(error)));
  }
}

/** Notifications and COMMIT go together: others hear of a commit exactly when there is one. */
async function commit(
  options: TransactionOptions,
  client: PoolClient,
  attempt: Attempt,
): Promise<void> {
  const { changes, hasUnrecorded } = attempt;
  const { channel, onCommit } = options;
  const isTold = changes.length > 0 || hasUnrecorded;
  const announced = isTold ? channel.announce(changes) : undefined;
  const notify = (announced?.payloads ?? []).map(
    (payload) => `NOTIFY ${channelName}, ${escapeLiteral(payload)}; `,
  );
  try {
    assertCommitted(await client.query(`${notify.join("")}COMMIT`));
  } catch (error) {
    throw commitFailure(options, attempt, announced, error);
  }
  if (changes.length > 0) onCommit(changes);
}

/** Where the answer was lost, the statements before it may have lost theirs, too: all that is known then is that nothing is. */
function commitFailure(
  { channel, server }: TransactionOptions,
  attempt: Attempt,
  announced: Announcement | undefined,
  error: unknown,
): unknown {
  if (!isConnectionLost(error)) {
    if (announced !== undefined) channel.withdraw(announced.commit);
    return toStorageError(error, server);
  }
  if (announced !== undefined) channel.lose(announced.commit);
  const lost = commitLost(server, error);
  attempt.failure = { error: lost };
  return lost;
}

/** PostgreSQL answers COMMIT with ROLLBACK where a statement failed before it. */
function assertCommitted(result: QueryResult | readonly QueryResult[]): void {
  const last = Array.isArray(result) ? result.at(-1) : result;
  if (last?.command !== "COMMIT") throw goneOn();
}

function goneOn(): DomainError {
  return new DomainError("internal", "The transaction was lost, and its body went on");
}

function commitLost(server: string, cause: unknown): DomainError {
  return new DomainError(
    "storage_unavailable",
    `${server} was lost while it committed; whether the change was kept is not known. Look, or send it again with its Idempotency-Key`,
    { cause },
  );
}

/** Statements by which sessions end: others remember sessions as live, and no event tells them. */
const endsSessions: ReadonlySet<string> = new Set(["sessions.revoke", "sessions.revokeAllOf"]);

function createWriter(client: PoolClient, server: string): Writer {
  const state: { attempt: Attempt | undefined } = { attempt: undefined };
  const current = (): Attempt => {
    if (state.attempt !== undefined) return state.attempt;
    throw new Error("A transaction's ports are used after its end");
  };

  async function guarded<T>(run: (attempt: Attempt) => Promise<T>): Promise<T> {
    const attempt = current();
    if (attempt.lostBy !== undefined) throw goneOn();
    try {
      return await underWay(attempt, run(attempt));
    } catch (error) {
      if (isConflict(error)) attempt.lostBy = "conflict";
      else if (isViolation(error) && !attempt.isCareful) attempt.lostBy = "violation";
      throw error;
    }
  }

  const execute = (statement: NamedStatement, { name }: Query<unknown>): Promise<StatementResult> =>
    guarded(async (attempt) => {
      if (endsSessions.has(name)) attempt.hasUnrecorded = true;
      return attempt.isCareful
        ? await withSavepoint(client, statement)
        : await client.query(statement);
    });

  /** Waits where a failure must come out at its place. */
  function wrote(attempt: Attempt, answer: Promise<void>): Awaitable<void> {
    if (attempt.isCareful) return answer;
    goOn(attempt, answer);
  }

  async function sendLock(key: string): Promise<void> {
    const text = "SELECT pg_advisory_xact_lock($1)";
    try {
      await guarded(() => client.query({ name: "lock name", text, values: [key] }));
    } catch (error) {
      throw toStorageError(error, server);
    }
  }

  const changed = (change: Change) => current().changes.push(change);
  const waiting = createPostgresSession(server, "in a transaction", execute, changed);
  const session: Session = {
    ...waiting,
    holdsRows: true,
    write: (query, args) => wrote(current(), waiting.write(query, args)),
  };
  const lockName: LockName = (key) => wrote(current(), sendLock(key));
  return Object.assign(state, { ports: createTransactionPorts(session, lockName) });
}

async function withSavepoint(
  client: PoolClient,
  statement: NamedStatement,
): Promise<StatementResult> {
  await client.query("SAVEPOINT statement");
  try {
    const result = await client.query(statement);
    await client.query("RELEASE statement");
    return result;
  } catch (error) {
    if (isViolation(error)) await client.query("ROLLBACK TO statement; RELEASE statement");
    throw error;
  }
}
