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

/**
 * As many of a header's last characters as tell one from another: they are of the signature. Hashing the whole of it costs more than
 * everything else here, and a longer end more than a short one, which is copied and not referred to.
 */
const keyLength = 12;

/** @param maximum Beyond it the headers that came first leave, and are verified again when they come back. */
export function createRememberedHeaders(engine: Engine, maximum: number): RememberedHeaders {
  const headers = new Map<string, VerifiedHeader & { readonly header: string }>();

  return {
    find(header) {
      const key = header.slice(-keyLength);
      const verified = headers.get(key);
      // Another header may end alike; only the whole of it was verified.
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

function isCurrent({ storage }: Engine, { foreignCommits }: VerifiedHeader): boolean {
  return foreignCommits === null || foreignCommits === storage.foreignCommits(null);
}
