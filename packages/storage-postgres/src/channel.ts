import type { Awaitable, Change, ChangeListener } from "@tenantry/core";
import { decodeCommit, encodeCommit } from "./commit-message.ts";
import type { OwnClient } from "./connection.ts";
import { openListener } from "./listener.ts";
import { createOwnCommits } from "./own-commits.ts";

/** The name under which processes of one database tell each other of their commits. */
export const channelName = "tenantry_commits";

/** A commit of this process that is about to be made, and what is sent to the others with it. */
export interface Announcement {
  readonly commit: number;
  readonly payloads: readonly string[];
}

/** Tells other processes of this one's commits, and hears of theirs (ADR 0011). */
export interface Channel {
  /** What a commit says to the others. This process's own messages come back, and are passed over. */
  announce(changes: readonly Change[]): Announcement;
  /** The commit did not happen. */
  withdraw(commit: number): void;
  /** Whether the commit happened is not known: what is memorised is forgotten, and its message is heeded if it comes. */
  lose(commit: number): void;
  /** As `Storage.catchUp`. While no messages come in, every call has everything forgotten, so that nothing is answered from memory. */
  catchUp(fresh: boolean): Awaitable<void>;
  /** As `Storage.foreignCommits`. */
  count(): number;
  /** As `Storage.history`. */
  history(): string | undefined;
  close(): Promise<void>;
}

/** Begins to listen. What others commit comes in the order of their commits. */
export async function openChannel(
  createClient: () => OwnClient,
  tell: ChangeListener,
): Promise<Channel> {
  const own = createOwnCommits();
  let found = 0;
  let history: string | undefined;

  function forgetEverything(): void {
    found += 1;
    tell("everything");
  }

  const listener = await openListener({
    createClient,
    channel: channelName,
    hear(payload) {
      const { origin, commit, changes } = decodeCommit(payload);
      if (own.isExpected(origin, commit)) return;
      found += 1;
      if (changes.length > 0) tell(changes);
    },
    async greet(client) {
      history = await readHistory(client);
    },
    lost() {
      history = undefined;
      own.clear();
      forgetEverything();
    },
    regained: forgetEverything,
  });

  return {
    announce(changes) {
      const commit = own.next();
      const payloads = encodeCommit({ origin: own.origin, commit, changes });
      own.expect(commit, payloads.length);
      return { commit, payloads };
    },
    withdraw: own.forget,
    lose(commit) {
      own.forget(commit);
      forgetEverything();
    },
    catchUp(fresh) {
      if (!fresh && listener.isTrusted()) return;
      return listener.look().then(() => {
        if (!listener.isConnected()) forgetEverything();
      });
    },
    count: () => found,
    history: () => (listener.isTrusted() ? history : undefined),
    close: listener.close,
  };
}

/**
 * The cluster, its timeline and the database: what was remembered of a history that did not go on counts for nothing. A server that does not
 * tell has none.
 */
async function readHistory(client: OwnClient): Promise<string | undefined> {
  const asked = client.query<{ readonly history: string }>(
    `SELECT concat_ws(' ', (SELECT system_identifier FROM pg_control_system()),
      left(pg_walfile_name(pg_current_wal_lsn()), 8),
      (SELECT oid FROM pg_database WHERE datname = current_database())) AS history`,
  );
  return await asked.then(
    ({ rows }) => rows[0]?.history,
    () => undefined,
  );
}
