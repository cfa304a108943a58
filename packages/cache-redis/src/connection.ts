import { DomainError } from "@tenantry/core";
import type { Redis } from "ioredis";

/** A connection to Redis, opened when it can be, and again when it is lost. Whatever fails on it must be somebody's second way. */
export type RedisConnection = Redis;

/** Redis is there to be fast: what takes longer is done without it. */
const commandTimeoutMs = 100;
const connectTimeoutMs = 2_000;
const longestReconnectMs = 1_000;

/**
 * Begins to connect, and waits for nothing: a Redis that is not there is done without until it is.
 *
 * @throws {DomainError} `invalid_setting` where the address is none, or the package for it is not installed.
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
    // A command is answered or fails: none waits for the connection to come back.
    enableOfflineQueue: false,
    maxRetriesPerRequest: 0,
    retryStrategy: (attempt) => Math.min(attempt * 50, longestReconnectMs),
  });
  // Without a listener the loss of the connection would be printed; who uses it hears of it by their next command.
  redis.on("error", () => {});
  return redis;
}

function invalid(detail: string): DomainError {
  return new DomainError("invalid_setting", `REDIS_URL ${detail}`, {
    fields: [{ pointer: "/REDIS_URL", detail }],
  });
}
