import type { Awaitable, Change, ChangeListener } from "@tenantry/core";
import { decodeCommit, encodeCommit } from "./commit-message.ts";
import type { OwnClient } from "./connection.ts";
import { openListener } from "./listener.ts";
import { createOwnCommits } from "./own-commits.ts";

/** The notification channel on which processes of one database tell each other of commits. */
export const channelName = "tenantry_commits";

/** A commit that this process is about to make, and the messages sent with it. */
export interface Announcement {
  readonly commit: number;
  readonly payloads: readonly string[];
}

/** Notifies other processes of this one's commits, and receives theirs (ADR 0011). */
export interface Channel {
  /** The messages for a commit. This process's own messages come back and are ignored. */
  announce(changes: readonly Change[]): Announcement;
  /** The commit did not happen. */
  withdraw(commit: number): void;
  /**
   * It is unknown whether the commit happened: everything remembered is dropped, and its message is handled if it
   * comes.
   */
  lose(commit: number): void;
  /**
   * As `Storage.catchUp`. While no messages arrive, every call drops everything remembered, so that nothing is
   * answered from memory.
   */
  catchUp(fresh: boolean): Awaitable<void>;
  /** As `Storage.foreignCommits`. */
  count(): number;
  /** As `Storage.history`. */
  history(): string | undefined;
  close(): Promise<void>;
}

/** Starts to listen. Messages arrive in the order of commits. */
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
    onMessage(payload) {
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
 * The cluster, its timeline and the database. Anything remembered in a history that did not continue is worthless.
 * Undefined where the server does not report it.
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
