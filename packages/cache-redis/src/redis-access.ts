import { createHash } from "node:crypto";
import { setTimeout as delay } from "node:timers/promises";
import type { AccessRecord, LeastRevisions, SharedAccess, SharedQuestion } from "@tenantry/core";
import { decodeEntry, encodeEntry } from "./access-entry.ts";
import type { RedisConnection } from "./connection.ts";
import { findScript, putScript } from "./scripts.ts";

export interface RedisAccessOptions {
  readonly redis: RedisConnection;
  /** How long an entry lasts, regardless of use; 60,000 ms by default. */
  readonly ttlMs?: number | undefined;
}

const defaultTtlMs = 60_000;
/** How long a caller may take to fill an entry before another one gets the task. */
const fillingMs = 1_000;
/** How often the others look again before they read themselves: about as long as a normal read takes. */
const waitsMs: readonly number[] = [2, 4, 8, 16];
/** How long Redis is not used after a failure, because a slow Redis would slow down every check. */
const asideMs = 1_000;

/** The scripts as commands of the connection. */
interface Scripted {
  tenantryFindAccess(...args: (string | number)[]): Promise<unknown>;
  tenantryPutAccess(...args: (string | number)[]): Promise<unknown>;
}

/** Access records in Redis (ADR 0017). A failure counts as a miss. */
export function createRedisAccess(options: RedisAccessOptions): SharedAccess {
  const { redis, ttlMs = defaultTtlMs } = options;
  redis.defineCommand("tenantryFindAccess", { numberOfKeys: 2, lua: findScript });
  redis.defineCommand("tenantryPutAccess", { numberOfKeys: 2, lua: putScript });
  const scripted = redis as unknown as Scripted;
  let asideUntil = 0;

  /** Undefined where it failed. */
  async function attempt<T>(call: () => Promise<T>): Promise<T | undefined> {
    if (redis.status !== "ready" || performance.now() < asideUntil) return undefined;
    try {
      return await call();
    } catch {
      asideUntil = performance.now() + asideMs;
      return undefined;
    }
  }

  async function ask(
    keys: readonly string[],
    least: LeastRevisions,
  ): Promise<AccessRecord | "fill" | "wait" | "read"> {
    const answer = await attempt(() =>
      scripted.tenantryFindAccess(...keys, least.tenant, least.organization, fillingMs),
    );
    if (answer === "fill" || answer === "wait") return answer;
    if (typeof answer !== "string") return "read";
    return decodeEntry(answer) ?? "fill";
  }

  return {
    async find(question, least) {
      const keys = keysOf(question);
      let found = await ask(keys, least);
      for (const waitMs of waitsMs) {
        if (found !== "wait") return found;
        await delay(waitMs);
        found = await ask(keys, least);
      }
      return found === "wait" ? "read" : found;
    },
    put(question, record) {
      const { tenant_revision, organization_revision } = record;
      const entry = encodeEntry(record);
      void attempt(() =>
        scripted.tenantryPutAccess(
          ...keysOf(question),
          tenant_revision,
          organization_revision,
          entry,
          ttlMs,
        ),
      );
    },
    async close() {
      redis.disconnect();
    },
  };
}

/**
 * Keys are a hash of the question, so that no id becomes part of a key's syntax. Both keys are in one slot of a
 * cluster.
 */
function keysOf({ history, tenantId, organizationId, userId }: SharedQuestion): readonly string[] {
  const question = JSON.stringify([history, tenantId, organizationId, userId]);
  const hash = createHash("sha256").update(question).digest("base64url");
  return [`tenantry:{${hash}}:access`, `tenantry:{${hash}}:filling`];
}
