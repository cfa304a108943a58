import { randomBytes } from "node:crypto";

/** This process's own commits whose messages have not come back yet. */
export interface OwnCommits {
  /** Identifies this process in messages. */
  readonly origin: string;
  /** Assigns a number to a commit. */
  next(): number;
  /** Expects this many messages of the commit, which are to be ignored. */
  expect(commit: number, messages: number): void;
  /** Whether a message is one that was expected. */
  isExpected(origin: string, commit: number): boolean;
  forget(commit: number): void;
  /** Expects none any more, because the connection is lost. */
  clear(): void;
}

export function createOwnCommits(): OwnCommits {
  const origin = randomBytes(9).toString("base64url");
  const messagesLeft = new Map<number, number>();
  let commits = 0;
  return {
    origin,
    next() {
      commits += 1;
      return commits;
    },
    expect: (commit, messages) => messagesLeft.set(commit, messages),
    isExpected(from, commit) {
      const left = from === origin ? messagesLeft.get(commit) : undefined;
      if (left === undefined) return false;
      if (left > 1) messagesLeft.set(commit, left - 1);
      else messagesLeft.delete(commit);
      return true;
    },
    forget: (commit) => messagesLeft.delete(commit),
    clear: () => messagesLeft.clear(),
  };
}
