import type { Operation } from "../better-auth/in-process.ts";

type PeerOperation = {
  operation: Operation;
  what: string;
  /** A note on where our server's answers come from, for the row's description. */
  from: string;
  goal: number;
};

const fromMemory = ", ours from memory after the first time";

/** The goals apply to the rows over HTTP, where both sides do all of the work. */
export const peerOperations: PeerOperation[] = [
  { operation: "check", what: "A permission check", from: fromMemory, goal: 25 },
  { operation: "list", what: "The list of a user's ten organizations", from: fromMemory, goal: 12 },
  { operation: "page", what: "A page of 50 out of 5,000 members", from: fromMemory, goal: 15 },
  { operation: "create", what: "Creating an organization", from: "", goal: 10 },
];
