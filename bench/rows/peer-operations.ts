import type { Operation } from "../better-auth/in-process.ts";

type PeerOperation = {
  operation: Operation;
  what: string;
  /** What is to be known of where our server has its answers from. */
  from: string;
  goal: number;
};

const fromMemory = ", ours from memory after the first time";

/** The goals hold over HTTP, where both sides do the whole of the work. */
export const peerOperations: PeerOperation[] = [
  { operation: "check", what: "A permission check", from: fromMemory, goal: 25 },
  { operation: "list", what: "The list of a user's ten organizations", from: fromMemory, goal: 12 },
  { operation: "page", what: "A page of 50 out of 5,000 members", from: fromMemory, goal: 15 },
  { operation: "create", what: "Creating an organization", from: "", goal: 10 },
];
