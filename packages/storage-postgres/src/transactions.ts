import { setImmediate } from "node:timers";
import { setTimeout as delay } from "node:timers/promises";
import {
  type Awaitable,
  type Change,
  type TransactionOptions as CommitOptions,
  DomainError,
  foreignAwait,
  mayBeRemembered,
  type Ports,
  type Storage,
  tenantMoving,
} from "@tenantry/core";
import type { Query, Session } from "@tenantry/storage-sql";
import { escapeLiteral, type PoolClient, type QueryResult } from "pg";
import { type Announcement, type Channel, channelName } from "./channel.ts";
import type { Connections } from "./connections.ts";
import { isFenced, passFence } from "./moves.ts";
import {
  failureOfServer,
  isConflict,
  isConnectionLost,
  isViolation,
  toStorageError,
} from "./postgres-error.ts";
import {
  createPostgresSession,
  type NamedStatement,
  type StatementResult,
} from "./postgres-session.ts";
import { setTenant } from "./tenant-setting.ts";
import { createTransactionPorts, type LockName } from "./transaction-ports.ts";

type Body<T> = (ports: Ports) => Awaitable<T>;

/** How often a body is run again after a deadlock. */
const mostConflicts = 5;
const longestPauseMs = 20;

/** One run of a body. */
interface Attempt {
  /** Uses a savepoint before each write, so that a body can continue after a refused row. */
  readonly isCareful: boolean;
  readonly changes: Change[];
  /** Whether something was written that has no event and that other processes remember. */
  hasUnrecorded: boolean;
  /** Why the transaction is lost: the body is run again, or its error stands. */
  lostBy: "violation" | "conflict" | undefined;
  /** Statements that were sent and that nobody waits for. None of these promises rejects. */
  readonly underWay: Promise<unknown>[];
  /** How many statements are in progress. */
  statements: number;
  isLooking: boolean;
  /** Ends the body's run with an error, while it runs. */
  refuse: ((error: Error) => void) | undefined;
  /** The first failure among the statements in progress. Later failures are consequences of it. */
  failure: { readonly error: unknown } | undefined;
}

/** A connection with its ports, created once; only the attempt that it works for changes. */
interface Writer {
  attempt: Attempt | undefined;
  readonly ports: Ports;
}

export interface TransactionOptions {
  readonly connections: Connections;
  readonly channel: Channel;
  readonly server: string;
  /** Whether transactions respect a tenant's fence, or pass it: the move that has set it passes. */
  readonly fence: "kept" | "passed";
  /** Called after the commit, before the caller gets its result. */
  readonly onCommit: (changes: readonly Change[]) => void;
}

/**
 * Runs bodies, each in its own transaction (READ COMMITTED). Everything is sent as soon as it is known, and only what
 * a body reads is waited for: BEGIN goes out with the first statement, writes go out together, and COMMIT behind
 * them. Everything sent after a failed statement fails too, so nothing is kept wrongly. Bodies have no effect outside
 * their ports, so one may be run again:
 *
 * - after a deadlock, a few times;
 * - after a violated constraint, once: another commit may have changed what the body had read, and the second run
 * decides as if it had come later. PostgreSQL ends a transaction with its first failed statement; so the second run
 * sets savepoints, for bodies that continue after a failure, and waits for each write, so that it fails at its call.
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

/** The ports of each connection. */
interface Writers {
  of(client: PoolClient): Writer;
  /**
   * Drops the ports of a connection, because a body that may still run holds them; the next user of the connection
   * gets new ones.
   */
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
      proceedWithout(attempt, begun);
      writer.attempt = attempt;
      const result = await watchBody(attempt, body(writer.ports), () => writers.forget(client));
      await beforeCommit?.(writer.ports);
      writer.attempt = undefined;
      if (attempt.lostBy !== undefined) throw continuedAfterLoss();
      // By now it is known whether the tenant may be written here, and nothing is committed before that.
      await begun;
      await commit(options, client, attempt);
      return result;
    } catch (error) {
      // Anything that the body still sends would run after the ROLLBACK, and be kept.
      writer.attempt = undefined;
      await Promise.all(attempt.underWay);
      await rollback(client, discard);
      throw attempt.failure === undefined ? error : attempt.failure.error;
    }
  });
}

/**
 * Waits for a body, and refuses one that awaits something other than its ports: it has no statement in progress, and
 * still has none once the event loop has continued. (Whatever a body does after an answer, it does before the event
 * loop continues.)
 *
 * @param refused Called when the body is refused.
 */
function watchBody<T>(attempt: Attempt, result: Awaitable<T>, refused: () => void): Awaitable<T> {
  if (!(result instanceof Promise)) return result;
  return new Promise((resolve, reject) => {
    attempt.refuse = (error) => {
      attempt.refuse = undefined;
      refused();
      reject(error);
    };
    checkLater(attempt);
    result.then(resolve, reject).finally(() => {
      attempt.refuse = undefined;
    });
  });
}

/** Checks once the event loop has continued, if no statement is in progress. */
function checkLater(attempt: Attempt): void {
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
    checkLater(attempt);
  }
}

/** Continues without waiting for the answer. */
function proceedWithout(attempt: Attempt, answer: Promise<unknown>): void {
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

/** Sends notifications and COMMIT together, so that others hear of a commit exactly if it happens. */
async function commit(
  options: TransactionOptions,
  client: PoolClient,
  attempt: Attempt,
): Promise<void> {
  const { changes, hasUnrecorded } = attempt;
  const { channel, onCommit } = options;
  const isTold = hasUnrecorded || mayBeRemembered(changes);
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

/**
 * If the answer to COMMIT was lost, the answers before it may be lost too, so nothing is known about the commit; nor if
 * the server failed over it.
 */
function commitFailure(
  { channel, server }: TransactionOptions,
  attempt: Attempt,
  announced: Announcement | undefined,
  error: unknown,
): unknown {
  if (!isConnectionLost(error) && failureOfServer(error) === undefined) {
    if (announced !== undefined) channel.withdraw(announced.commit);
    return toStorageError(error, server);
  }
  if (announced !== undefined) channel.lose(announced.commit);
  const lost = commitLost(server, error);
  attempt.failure = { error: lost };
  return lost;
}

/** PostgreSQL answers COMMIT with ROLLBACK if a statement failed before it. */
function assertCommitted(result: QueryResult | readonly QueryResult[]): void {
  const last = Array.isArray(result) ? result.at(-1) : result;
  if (last?.command !== "COMMIT") throw continuedAfterLoss();
}

function continuedAfterLoss(): DomainError {
  return new DomainError("internal", "The transaction was lost, and its body went on");
}

function commitLost(server: string, cause: unknown): DomainError {
  const failure = failureOfServer(cause);
  const what = failure === undefined ? "was lost" : `failed (${failure})`;
  return new DomainError(
    "storage_unavailable",
    `${server} ${what} while it committed; whether the change was kept is not known. Look, or send it again with its Idempotency-Key`,
    { cause },
  );
}

/** Statements that end credentials. Other processes remember these as valid, and no event tells them of the end. */
const endsCredentials: ReadonlySet<string> = new Set([
  "sessions.revoke",
  "sessions.revokeAllOf",
  "keys.removeOperatorKeys",
]);

function createWriter(client: PoolClient, server: string): Writer {
  const state: { attempt: Attempt | undefined } = { attempt: undefined };
  const current = (): Attempt => {
    if (state.attempt !== undefined) return state.attempt;
    throw new Error("A transaction's ports are used after its end");
  };

  async function guarded<T>(run: (attempt: Attempt) => Promise<T>): Promise<T> {
    const attempt = current();
    if (attempt.lostBy !== undefined) throw continuedAfterLoss();
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
      if (endsCredentials.has(name)) attempt.hasUnrecorded = true;
      return attempt.isCareful
        ? await withSavepoint(client, statement)
        : await client.query(statement);
    });

  /** Waits only where a failure must appear at its call. */
  function afterWrite(attempt: Attempt, answer: Promise<void>): Awaitable<void> {
    if (attempt.isCareful) return answer;
    proceedWithout(attempt, answer);
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
    write: (query, args) => afterWrite(current(), waiting.write(query, args)),
  };
  const lockName: LockName = (key) => afterWrite(current(), sendLock(key));
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
