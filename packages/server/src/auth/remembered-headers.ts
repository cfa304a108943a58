import type { Engine } from "@tenantry/core";
import type { Caller } from "./credentials.ts";

/** A verified Authorization header, and until when it is valid. */
export interface VerifiedHeader {
  readonly caller: Caller;
  readonly sessionId: string | null;
  readonly expiresAtMs: number;
  /** The count of other processes' commits when an operator key was verified: a later commit may have replaced the key. */
  readonly foreignCommits: number | null;
}

export interface RememberedHeaders {
  /** The header, if it is still valid. */
  find(header: string): VerifiedHeader | undefined;
  keep(header: string, verified: VerifiedHeader): void;
}

/**
 * How many of a header's last characters are used as key. They are part of the signature, which is enough to tell
 * headers apart. Hashing the whole header would cost more than everything else here, and a longer part would be
 * copied by the engine.
 */
const keyLength = 12;

/** @param maximum When it is exceeded, the oldest headers are dropped and verified again when they come back. */
export function createRememberedHeaders(engine: Engine, maximum: number): RememberedHeaders {
  const headers = new Map<string, VerifiedHeader & { readonly header: string }>();

  return {
    find(header) {
      const key = header.slice(-keyLength);
      const verified = headers.get(key);
      // Another header may have the same end; only the whole header was verified.
      if (verified === undefined || verified.header !== header) return undefined;
      if (verified.expiresAtMs > engine.clock() && isCurrent(engine, verified)) return verified;
      headers.delete(key);
      return undefined;
    },
    keep(header, verified) {
      for (const oldest of headers.keys()) {
        if (headers.size < maximum) break;
        headers.delete(oldest);
      }
      headers.set(header.slice(-keyLength), { ...verified, header });
    },
  };
}

/** An operator key has no session whose end would be looked for, so other processes' commits are. */
function isCurrent({ storage }: Engine, { foreignCommits }: VerifiedHeader): boolean {
  if (foreignCommits === null) return true;
  if (storage.catchUp(null, false) instanceof Promise) return false;
  return foreignCommits === storage.foreignCommits(null);
}
