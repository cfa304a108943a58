import { randomBytes } from "node:crypto";

/** This process's commits whose messages are still to come back. */
export interface OwnCommits {
  /** How others tell this process's messages. */
  readonly origin: string;
  /** Numbers a commit. */
  next(): number;
  /** So many messages of the commit will come back, and need not be heeded. */
  expect(commit: number, messages: number): void;
  /** Whether a message is such a one. */
  isExpected(origin: string, commit: number): boolean;
  forget(commit: number): void;
  /** None comes back any more: the connection is gone. */
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
