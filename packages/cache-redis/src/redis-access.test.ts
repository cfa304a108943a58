import type { AccessRecord, SharedQuestion } from "@tenantry/core";
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from "vitest";
import { type OwnRedis, startRedis, withoutRedis } from "../../../scripts/tests/redis-server.ts";
import { connectRedis, createRedisAccess } from "./index.ts";

if (withoutRedis !== undefined) console.warn(`LEFT OUT: the tests of Redis, since ${withoutRedis}`);

describe.skipIf(withoutRedis !== undefined)("access in Redis", () => {
  let redis: OwnRedis;

  beforeAll(async () => {
    redis = await startRedis();
  });

  afterAll(() => redis.remove());

  async function open(ttlMs?: number) {
    const connection = await connectRedis(redis.url);
    const shared = createRedisAccess({ redis: connection, ttlMs });
    onTestFinished(() => shared.close());
    await expect.poll(() => connection.status, { timeout: 10_000 }).toBe("ready");
    return { shared, connection };
  }

  test("is given to whoever asks for these revisions or older ones, and to nobody who knows newer ones", async () => {
    const { shared } = await open();
    const asked = question();
    expect(await shared.find(asked, least(5, 7))).toBe("fill");
    shared.put(asked, record(5, 7));
    const { shared: other } = await open();
    expect(await other.find(asked, least(5, 7))).toEqual(record(5, 7));
    expect(await other.find(asked, least(4, 6))).toEqual(record(5, 7));
    expect(await other.find(asked, least(5, 8))).toBe("fill");
    expect(await other.find({ ...asked, userId: "another" }, least(5, 7))).toBe("fill");
    expect(await other.find({ ...asked, history: "another" }, least(5, 7))).toBe("fill");
    expect(await other.find({ ...asked, tenantId: "another" }, least(6, 7))).toBe("fill");
  });

  test("is filled by one, whom the others await", async () => {
    const [{ shared: one }, { shared: other }] = [await open(), await open()];
    const asked = question();
    expect(await one.find(asked, least(1, 1))).toBe("fill");
    const waiting = other.find(asked, least(1, 1));
    one.put(asked, record(1, 1));
    expect(await waiting).toEqual(record(1, 1));
  });

  test("is read by the others themselves where whoever fills it takes too long", async () => {
    const { shared } = await open();
    const asked = question();
    expect(await shared.find(asked, least(1, 1))).toBe("fill");
    expect(await shared.find(asked, least(1, 1))).toBe("read");
  });

  test("is not made older by a fill that comes late", async () => {
    const { shared } = await open();
    const asked = question();
    shared.put(asked, record(2, 9));
    shared.put(asked, record(2, 3));
    expect(await shared.find(asked, least(2, 9))).toEqual(record(2, 9));
  });

  test("expires", async () => {
    const { shared, connection } = await open(30);
    shared.put(question(), record(1, 1));
    await expect.poll(() => connection.keys("*:access")).not.toEqual([]);
    const keys = await connection.keys("*:access");
    const lasting = await Promise.all(keys.map((key) => connection.pttl(key)));
    expect(Math.min(...lasting)).toBeGreaterThan(-1);
  });

  test("is read anew where what is kept is none of ours", async () => {
    const { shared, connection } = await open();
    for (const kept of ["9 9 {", "nonsense", `9 9 ${JSON.stringify(record(8, 9))}`, "9 9 {}"]) {
      const asked = question();
      shared.put(asked, record(1, 1));
      expect(await shared.find(asked, least(1, 1))).toEqual(record(1, 1));
      for (const key of await connection.keys("*:access")) await connection.set(key, kept);
      expect([kept, await shared.find(asked, least(1, 1))]).toEqual([kept, "fill"]);
      await connection.flushall();
    }
  });

  test("is done without while Redis is gone or stands still, and used again afterwards", async () => {
    const { shared, connection } = await open();
    const asked = question();
    redis.freeze();
    onTestFinished(redis.thaw);
    const askedAt = performance.now();
    expect(await shared.find(asked, least(1, 1))).toBe("read");
    const first = performance.now() - askedAt;
    // Asked once, it is left alone for a while.
    for (let more = 0; more < 100; more += 1) {
      expect(await shared.find(asked, least(1, 1))).toBe("read");
    }
    expect(performance.now() - askedAt).toBeLessThan(20 * first + 500);
    redis.thaw();
    await expect.poll(() => shared.find(asked, least(1, 1)), { timeout: 5_000 }).toBe("fill");
    await redis.stop();
    await expect.poll(() => connection.status).not.toBe("ready");
    expect(await shared.find(asked, least(1, 1))).toBe("read");
    shared.put(asked, record(1, 1));
    await redis.start();
    await expect.poll(() => shared.find(asked, least(1, 1)), { timeout: 5_000 }).toBe("fill");
  });

  test("refuses an address that is none", async () => {
    await expect(connectRedis("localhost:6379")).rejects.toMatchObject({
      code: "invalid_setting",
      message: "REDIS_URL is not redis://HOST:PORT or rediss://HOST:PORT",
    });
  });
});

let asked = 0;

/** One that no other test asks. */
function question(): SharedQuestion {
  asked += 1;
  return { history: "h", tenantId: "t", organizationId: "o", userId: `user-${asked}` };
}

const least = (tenant: number, organization: number) => ({ tenant, organization });

function record(tenantRevision: number, organizationRevision: number): AccessRecord {
  return {
    organization_status: "active",
    organization_revision: organizationRevision,
    tenant_revision: tenantRevision,
    tenant_status: "active",
    user_status: "active",
    is_tenant_administrator: false,
    membership_status: "active",
    roles: [{ key: "member", rank: 20, permissions: ["organization:read"] }],
  };
}
