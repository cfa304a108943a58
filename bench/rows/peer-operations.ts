import type { Operation } from "../better-auth/in-process.ts";

type PeerOperation = { operation: Operation; what: string; goal: number };

/** The goals hold over HTTP, where both sides do the whole of the work. */
export const peerOperations: PeerOperation[] = [
  { operation: "check", what: "A permission check", goal: 25 },
  { operation: "list", what: "The list of a user's ten organizations", goal: 12 },
  { operation: "page", what: "A page of 50 out of 5,000 members", goal: 15 },
  { operation: "create", what: "Creating an organization", goal: 10 },
];
