import type { Engine } from "@tenantry/core";
import type { Caller } from "./credentials.ts";

/** An Authorization header that was verified, and until when that holds. */
export interface VerifiedHeader {
  readonly caller: Caller;
  readonly sessionId: string | null;
  readonly expiresAtMs: number;
  /** The count of other processes' commits at which an operator key was found: a later one may have replaced it. */
  readonly foreignCommits: number | null;
}

export interface RememberedHeaders {
  /** The header, where it still holds. */
  find(header: string): VerifiedHeader | undefined;
  keep(header: string, verified: VerifiedHeader): void;
}

/** @param maximum Beyond it the headers that came first leave, and are verified again when they come back. */
export function createRememberedHeaders(engine: Engine, maximum: number): RememberedHeaders {
  const headers = new Map<string, VerifiedHeader>();

  return {
    find(header) {
      const verified = headers.get(header);
      if (verified === undefined) return undefined;
      if (verified.expiresAtMs > engine.clock() && isCurrent(engine, verified)) return verified;
      headers.delete(header);
      return undefined;
    },
    keep(header, verified) {
      for (const oldest of headers.keys()) {
        if (headers.size < maximum) break;
        headers.delete(oldest);
      }
      headers.set(header, verified);
    },
  };
}

function isCurrent({ storage }: Engine, { foreignCommits }: VerifiedHeader): boolean {
  return foreignCommits === null || foreignCommits === storage.foreignCommits();
}
