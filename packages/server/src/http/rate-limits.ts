import { hash } from "node:crypto";
import type { RedisConnection } from "@tenantry/cache-redis";
import { DomainError } from "@tenantry/core";
import type { FastifyReply } from "fastify";
import {
  type RateLimiterAbstract,
  RateLimiterMemory,
  RateLimiterRedis,
  RateLimiterRes,
} from "rate-limiter-flexible";

/** The limits of an installation; 0 means no limit. */
export interface RateLimitSettings {
  readonly rateLimitPerMinute: number;
  readonly authRateLimitPerMinute: number;
  readonly failedLoginLimit: number;
}

export interface RateLimits {
  /**
   * Counts a request of a credential, or of an address without one.
   *
   * @throws {DomainError} `rate_limited`.
   */
  countRequest(key: string, reply: FastifyReply): Promise<void>;
  /** Counts a request of an address to an operation where passwords and tokens can be tried. */
  countAuthentication(address: string, reply: FastifyReply): Promise<void>;
  /**
   * Counts an attempt on an account before the password is checked, so that a thousand simultaneous attempts all
   * count. A successful one is not counted.
   */
  attemptLogin<T>(account: readonly string[], attempt: () => Promise<T>): Promise<T>;
}

const minuteSeconds = 60;
const failedLoginSeconds = 15 * minuteSeconds;

/** Rate limits shared by all servers on one Redis. Without Redis, and while it fails, each process counts for itself. */
export function createRateLimits(
  settings: RateLimitSettings,
  redis?: RedisConnection | undefined,
): RateLimits {
  const { rateLimitPerMinute, authRateLimitPerMinute, failedLoginLimit } = settings;
  const requests = limiter("request", rateLimitPerMinute, minuteSeconds, redis);
  const authentications = limiter("authentication", authRateLimitPerMinute, minuteSeconds, redis);
  const failures = limiter("failed_login", failedLoginLimit, failedLoginSeconds, redis);
  return {
    countRequest: (key, reply) => count(requests, key, reply),
    countAuthentication: (address, reply) => count(authentications, address, reply),
    async attemptLogin(account, attempt) {
      const key = hash("sha256", JSON.stringify(account), "base64url");
      await count(failures, key);
      const result = await attempt();
      // If this fails, the attempt merely counts until the limit's period is over.
      await failures?.counter.delete(key).catch(() => {});
      return result;
    },
  };
}

interface Limiter {
  readonly name: string;
  readonly seconds: number;
  readonly points: number;
  readonly counter: RateLimiterAbstract;
}

function limiter(
  name: string,
  points: number,
  seconds: number,
  redis: RedisConnection | undefined,
): Limiter | undefined {
  if (points === 0) return undefined;
  const memory = new RateLimiterMemory({ keyPrefix: name, points, duration: seconds });
  const counter =
    redis === undefined ? memory : sharedCounter(redis, memory, name, points, seconds);
  return { name, seconds, points, counter };
}

/** Counts in Redis, and in memory while Redis fails: a limit per process for a while is better than none. */
function sharedCounter(
  redis: RedisConnection,
  memory: RateLimiterMemory,
  name: string,
  points: number,
  seconds: number,
): RateLimiterRedis {
  return new RateLimiterRedis({
    storeClient: redis,
    keyPrefix: `tenantry:limit:${name}`,
    points,
    duration: seconds,
    insuranceLimiter: memory,
  });
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

async function consume({ counter }: Limiter, key: string): Promise<RateLimiterRes> {
  try {
    return await counter.consume(key);
  } catch (refusal) {
    if (refusal instanceof RateLimiterRes) return refusal;
    throw refusal;
  }
}
