import { DomainError } from "@tenantry/core";
import type { Redis } from "ioredis";

/**
 * A connection to Redis, opened in the background and again whenever it is lost. Every caller needs a fallback for
 * when it fails.
 */
export type RedisConnection = Redis;

/** Redis is only worth using while it is fast; a slower command is given up. */
const commandTimeoutMs = 100;
const connectTimeoutMs = 2_000;
const longestReconnectMs = 1_000;

/**
 * Starts to connect and does not wait for it: until Redis is available, callers use their fallback.
 *
 * @throws {DomainError} `invalid_setting` where the address is invalid, or the package for it is not installed.
 */
export async function connectRedis(url: string): Promise<RedisConnection> {
  if (!/^rediss?:\/\/./.test(url) || !URL.canParse(url)) {
    throw invalid("is not redis://HOST:PORT or rediss://HOST:PORT");
  }
  const { Redis } = await import("ioredis").catch(() => {
    throw invalid("needs the package ioredis; install it with: npm install ioredis");
  });
  const redis = new Redis(url, {
    commandTimeout: commandTimeoutMs,
    connectTimeout: connectTimeoutMs,
    // A command is answered or fails; none waits for the connection to come back.
    enableOfflineQueue: false,
    maxRetriesPerRequest: 0,
    retryStrategy: (attempt) => Math.min(attempt * 50, longestReconnectMs),
  });
  // Without a listener a lost connection would be printed. Callers notice it with their next command.
  redis.on("error", () => {});
  return redis;
}

function invalid(detail: string): DomainError {
  return new DomainError("invalid_setting", `REDIS_URL ${detail}`, {
    fields: [{ pointer: "/REDIS_URL", detail }],
  });
}
