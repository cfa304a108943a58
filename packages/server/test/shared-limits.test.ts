import { connectRedis } from "@tenantry/cache-redis";
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from "vitest";
import { type OwnRedis, startRedis, withoutRedis } from "../../../scripts/tests/redis-server.ts";
import { startTestServer, type TestServer } from "./test-server.ts";

describe.skipIf(withoutRedis !== undefined)("rate limits shared through Redis", () => {
  let redis: OwnRedis;

  beforeAll(async () => {
    redis = await startRedis();
  });

  afterAll(() => redis.remove());

  async function start(): Promise<TestServer> {
    const server = await startTestServer({
      environment: {
        REDIS_URL: redis.url,
        TENANTRY_AUTH_RATE_LIMIT_PER_MINUTE: "6",
        TENANTRY_RATE_LIMIT_PER_MINUTE: "100",
      },
    });
    onTestFinished(server.stop);
    return server;
  }

  async function logIn({ address }: TestServer): Promise<number> {
    const { status } = await fetch(`${address}/api/v1/auth/login`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ email: "nobody@example.com", password: "not the password" }),
    });
    return status;
  }

  test("count what one address asks of all servers, and go on in each while Redis is gone", async () => {
    const [one, other] = [await start(), await start()];
    // Until a server is connected it counts for itself.
    const connection = await connectRedis(redis.url);
    onTestFinished(() => connection.disconnect());
    await expect.poll(() => connection.status, { timeout: 10_000 }).toBe("ready");
    const clients = async () =>
      String(await connection.client("LIST"))
        .trim()
        .split("\n").length;
    await expect.poll(clients, { timeout: 10_000 }).toBe(3);
    // Requests that show nothing are counted by themselves.
    for (let round = 0; round < 4; round += 1) await fetch(`${one.address}/api/v1/plans`);
    const statuses: number[] = [];
    for (let round = 0; round < 4; round += 1) {
      statuses.push(await logIn(one), await logIn(other));
    }
    expect(statuses).toEqual([401, 401, 401, 401, 401, 401, 429, 429]);
    await redis.stop();
    const alone: number[] = [];
    for (let round = 0; round < 8; round += 1) alone.push(await logIn(one));
    expect(alone).toEqual([401, 401, 401, 401, 401, 401, 429, 429]);
    await redis.start();
  });
});
