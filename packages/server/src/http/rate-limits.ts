import { hash } from "node:crypto";
import { DomainError } from "@tenantry/core";
import type { FastifyReply } from "fastify";
import { RateLimiterMemory, RateLimiterRes } from "rate-limiter-flexible";

/** The limits of an installation; 0 is none. */
export interface RateLimitSettings {
  readonly rateLimitPerMinute: number;
  readonly authRateLimitPerMinute: number;
  readonly failedLoginLimit: number;
}

export interface RateLimits {
  /** Counts a request of a credential, or of an address without any. @throws {DomainError} `rate_limited`. */
  countRequest(key: string, reply: FastifyReply): Promise<void>;
  /** Counts a request of an address to a door where passwords and tokens are tried. */
  countAuthentication(address: string, reply: FastifyReply): Promise<void>;
  /**
   * Counts an attempt on an account before it is judged, so that a thousand at once are a thousand; one that was right is taken back.
   */
  attemptLogin<T>(account: readonly string[], attempt: () => Promise<T>): Promise<T>;
}

const minuteSeconds = 60;
const failedLoginSeconds = 15 * minuteSeconds;

/** Limits within this process. */
export function createRateLimits(settings: RateLimitSettings): RateLimits {
  const requests = limiter("request", settings.rateLimitPerMinute, minuteSeconds);
  const authentications = limiter("authentication", settings.authRateLimitPerMinute, minuteSeconds);
  const failures = limiter("failed_login", settings.failedLoginLimit, failedLoginSeconds);
  return {
    countRequest: (key, reply) => count(requests, key, reply),
    countAuthentication: (address, reply) => count(authentications, address, reply),
    async attemptLogin(account, attempt) {
      const key = hash("sha256", JSON.stringify(account), "base64url");
      await count(failures, key);
      const result = await attempt();
      await failures?.memory.delete(key);
      return result;
    },
  };
}

interface Limiter {
  readonly name: string;
  readonly seconds: number;
  readonly points: number;
  readonly memory: RateLimiterMemory;
}

function limiter(name: string, points: number, seconds: number): Limiter | undefined {
  if (points === 0) return undefined;
  const memory = new RateLimiterMemory({ keyPrefix: name, points, duration: seconds });
  return { name, seconds, points, memory };
}

async function count(
  limiter: Limiter | undefined,
  key: string,
  reply?: FastifyReply,
): Promise<void> {
  if (limiter === undefined) return;
  const state = await consume(limiter, key);
  const isOver = state.consumedPoints > limiter.points;
  const resetSeconds = Math.max(1, Math.ceil(state.msBeforeNext / 1000));
  // draft-ietf-httpapi-ratelimit-headers-11
  void reply?.header(
    "ratelimit-policy",
    `"${limiter.name}";q=${limiter.points};w=${limiter.seconds}`,
  );
  void reply?.header("ratelimit", `"${limiter.name}";r=${state.remainingPoints};t=${resetSeconds}`);
  if (!isOver) return;
  throw new DomainError("rate_limited", `Too many requests; wait ${resetSeconds} seconds`, {
    data: { retry_after_seconds: resetSeconds },
  });
}

async function consume({ memory }: Limiter, key: string): Promise<RateLimiterRes> {
  try {
    return await memory.consume(key);
  } catch (refusal) {
    if (refusal instanceof RateLimiterRes) return refusal;
    throw refusal;
  }
}
