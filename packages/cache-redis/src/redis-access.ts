import { createHash } from "node:crypto";
import { setTimeout as delay } from "node:timers/promises";
import type { AccessRecord, LeastRevisions, SharedAccess, SharedQuestion } from "@tenantry/core";
import { decodeEntry, encodeEntry } from "./access-entry.ts";
import type { RedisConnection } from "./connection.ts";
import { findScript, putScript } from "./scripts.ts";

export interface RedisAccessOptions {
  readonly redis: RedisConnection;
  /** How long an entry lasts, however often it is asked for; 60,000 ms without it. */
  readonly ttlMs?: number | undefined;
}

const defaultTtlMs = 60_000;
/** Whoever is to fill an entry has so long; then it is somebody else's turn. */
const fillingMs = 1_000;
/** How the others wait for whoever fills it: as long as a read takes, and not until a bad one fails. */
const waitsMs: readonly number[] = [2, 4, 8, 16];
/** After a failure Redis is left alone: a slow one would slow each check. */
const asideMs = 1_000;

/** The scripts as commands of the connection. */
interface Scripted {
  tenantryFindAccess(...args: (string | number)[]): Promise<unknown>;
  tenantryPutAccess(...args: (string | number)[]): Promise<unknown>;
}

/** Access records in Redis (ADR 0017). What cannot be asked or told is as if it were not there. */
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

/** By a hash of the whole question: no id is ever part of a key's syntax. Both keys lie in one slot of a cluster. */
function keysOf({ history, tenantId, organizationId, userId }: SharedQuestion): readonly string[] {
  const question = JSON.stringify([history, tenantId, organizationId, userId]);
  const hash = createHash("sha256").update(question).digest("base64url");
  return [`tenantry:{${hash}}:access`, `tenantry:{${hash}}:filling`];
}
