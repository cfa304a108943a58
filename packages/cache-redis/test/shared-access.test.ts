import {
  addMember,
  type CheckResult,
  check,
  createOrganization,
  createTenant,
  createUser,
  removeMember,
  updateUser,
} from "@tenantry/core";
import { openTenantry, type Tenantry } from "tenantry";
import {
  afterAll,
  beforeAll,
  beforeEach,
  describe,
  expect,
  onTestFinished,
  test,
  vi,
} from "vitest";
import { type OwnRedis, startRedis, withoutRedis } from "../../../scripts/tests/redis-server.ts";
import { borrowDatabase, queryOnce } from "../../storage-postgres/test/database.ts";
import { connectRedis, createRedisAccess } from "../src/index.ts";

/** One of several processes, as far as Tenantry goes: nothing but the database and Redis is shared. */
interface Server {
  readonly tenantry: Tenantry;
  /** What was read from PostgreSQL so far. */
  reads(): number;
  /** Forgets what this process knows by heart, as if it had been pushed out. */
  forget(): void;
}

describe.skipIf(withoutRedis !== undefined)("access shared through Redis", () => {
  let redis: OwnRedis;
  let one: Server;
  let other: Server;
  let databaseUrl: string;
  let organizationId: string;
  let users: readonly string[];

  beforeAll(async () => {
    redis = await startRedis();
  });

  afterAll(() => redis.remove());

  beforeEach(async () => {
    const { url, drop } = await borrowDatabase();
    onTestFinished(drop);
    databaseUrl = url;
    [one, other] = [await openServer(url), await openServer(url)];
    const ctx = one.tenantry.context();
    users = [];
    for (const name of ["Ann", "Bob", "Cid"])
      users = [...users, (await createUser(ctx, { name })).id];
    organizationId = (await createOrganization(ctx, { name: "Harbour" })).id;
    for (const user_id of users) await addMember(ctx, organizationId, { user_id, role: "member" });
    await other.tenantry.engine.storage.catchUp(null, true);
  });

  async function openServer(databaseUrl: string): Promise<Server> {
    const tenantry = await openTenantry({ databaseUrl, redisUrl: redis.url });
    onTestFinished(() => tenantry.close());
    const { engine } = tenantry;
    const spy = vi.spyOn(engine.storage.committed.access, "findAccess");
    return {
      tenantry,
      reads: () => spy.mock.calls.length,
      forget: () => engine.permissions.apply("everything"),
    };
  }

  async function mayRead({ tenantry }: Server, userId: string): Promise<boolean> {
    const request = {
      organization_id: organizationId,
      user_id: userId,
      permission: "organization:read",
    };
    return ((await check(tenantry.context(), request)) as CheckResult).allowed;
  }

  const hear = ({ tenantry }: Server) => tenantry.engine.storage.catchUp(null, true);

  /** Both know the organization, and Redis knows all three. */
  async function warm(): Promise<void> {
    const [ann, bob, cid] = users as [string, string, string];
    for (const userId of [cid, bob, ann]) expect(await mayRead(one, userId)).toBe(true);
    expect(await mayRead(other, cid)).toBe(true);
    await expect.poll(() => takesFromRedis(one, ann), { timeout: 10_000 }).toBe(true);
    await expect.poll(() => takesFromRedis(other, ann), { timeout: 10_000 }).toBe(true);
  }

  async function takesFromRedis(server: Server, userId: string): Promise<boolean> {
    server.forget();
    const before = server.reads();
    await mayRead(server, userId);
    return server.reads() === before;
  }

  test("answers on one server from what another has read", async () => {
    const [ann, bob] = users as [string, string];
    await warm();
    const before = other.reads();
    expect(await mayRead(other, bob)).toBe(true);
    expect(await mayRead(other, ann)).toBe(true);
    expect(other.reads()).toBe(before);
  });

  test("lets in nobody who was removed, though Redis still holds what they might do", async () => {
    const [ann, bob] = users as [string, string];
    await warm();
    await removeMember(one.tenantry.context(), organizationId, ann);
    await hear(other);
    for (const server of [one, other]) {
      expect(await mayRead(server, ann)).toBe(false);
      // Somebody else's read tells the new revisions, and the old entry of the removed one is below them.
      expect(await mayRead(server, bob)).toBe(true);
      server.forget();
      expect(await mayRead(server, ann)).toBe(false);
    }
  });

  test("is shared of a tenant with a database of its own as well, and ends with the membership", async () => {
    const { id: tenantId } = await createTenant(one.tenantry.context(), {
      name: "Own",
      placement: "dedicated",
    });
    onTestFinished(async () => {
      const [row] = await queryOnce(databaseUrl, "SELECT database FROM placements");
      await queryOnce(databaseUrl, `DROP DATABASE ${String(row?.database)} WITH (FORCE)`);
    });
    const ctx = one.tenantry.context({ tenantId });
    const user_id = (await createUser(ctx, { name: "Dan" })).id;
    const { id: organization_id } = await createOrganization(ctx, { name: "Pier" });
    await addMember(ctx, organization_id, { user_id, role: "member" });
    const question = { user_id, organization_id, permission: "organization:read" };
    const may = async ({ tenantry }: Server) =>
      ((await check(tenantry.context({ tenantId }), question)) as CheckResult).allowed;
    const asksNobody = async (server: Server) => {
      server.forget();
      const before = server.reads();
      expect(await may(server)).toBe(true);
      return server.reads() === before;
    };
    for (const server of [one, other]) {
      await expect.poll(() => asksNobody(server), { timeout: 10_000 }).toBe(true);
    }
    await removeMember(ctx, organization_id, user_id);
    await other.tenantry.engine.storage.catchUp(tenantId, true);
    for (const server of [one, other]) expect(await may(server)).toBe(false);
  });

  test("lets in nobody whose access was read before their removal and put in Redis after it", async () => {
    const [ann, bob] = users as [string, string];
    await warm();
    const { storage } = one.tenantry.engine;
    const tenantId = one.tenantry.defaultTenant.id;
    const late = await storage.committed.access.findAccess(tenantId, organizationId, ann);
    await removeMember(one.tenantry.context(), organizationId, ann);
    await hear(other);
    const history = storage.history?.(tenantId) ?? "";
    const redisOfThird = await connectRedis(redis.url);
    const third = createRedisAccess({ redis: redisOfThird });
    onTestFinished(() => third.close());
    await expect.poll(() => redisOfThird.status, { timeout: 10_000 }).toBe("ready");
    const question = { history, tenantId, organizationId, userId: ann };
    third.put(question, late as NonNullable<typeof late>);
    await expect.poll(() => third.find(question, { tenant: 0, organization: 0 })).toEqual(late);
    for (const server of [one, other]) {
      expect(await mayRead(server, bob)).toBe(true);
      server.forget();
      expect(await mayRead(server, ann)).toBe(false);
    }
  });

  test("answers what was so before, and keeps it for nobody, where a removal comes in during a read", async () => {
    const [ann, bob, cid] = users as [string, string, string];
    await warm();
    const { access } = other.tenantry.engine.storage.committed;
    const read = access.findAccess;
    let goOn = () => {};
    const held = new Promise<void>((resolve) => {
      goOn = resolve;
    });
    vi.spyOn(access, "findAccess").mockImplementationOnce(async (...asked) => {
      const found = await read(...asked);
      await held;
      return found;
    });
    await removeMember(one.tenantry.context(), organizationId, bob);
    await hear(other);
    other.forget();
    const reads = other.reads();
    const reading = mayRead(other, ann);
    await expect.poll(other.reads).toBeGreaterThan(reads);
    // Redis gets the same access, of the same revisions as are being read.
    expect(await mayRead(one, cid)).toBe(true);
    await expect.poll(() => takesFromRedis(one, ann), { timeout: 10_000 }).toBe(true);
    await removeMember(one.tenantry.context(), organizationId, ann);
    await hear(other);
    const readingAfterwards = mayRead(other, ann);
    goOn();
    await reading;
    expect(await readingAfterwards).toBe(false);
    expect(await mayRead(other, ann)).toBe(false);
    other.forget();
    expect(await mayRead(other, ann)).toBe(false);
  });

  test("heeds what only the tenant's revision tells, such as a user's deactivation", async () => {
    const [ann, bob] = users as [string, string];
    await warm();
    await updateUser(one.tenantry.context(), ann, { status: "deactivated" });
    await hear(other);
    for (const server of [one, other]) {
      expect(await mayRead(server, bob)).toBe(true);
      server.forget();
      expect(await mayRead(server, ann)).toBe(false);
    }
  });

  test("reads the storage once for all who ask a server at once", async () => {
    const [ann] = users as [string];
    await warm();
    await (await connectedRedis()).flushall();
    one.forget();
    const before = one.reads();
    const answers = await Promise.all(Array.from({ length: 50 }, () => mayRead(one, ann)));
    expect(new Set(answers)).toEqual(new Set([true]));
    expect(one.reads()).toBe(before + 1);
  });

  async function connectedRedis() {
    const connection = await connectRedis(redis.url);
    onTestFinished(() => connection.disconnect());
    await expect.poll(() => connection.status, { timeout: 10_000 }).toBe("ready");
    return connection;
  }

  test("answers rightly while Redis is flushed, stands still, is gone and comes back", async () => {
    const [ann, bob, cid] = users as [string, string, string];
    await warm();
    const isRight = async (isMember: boolean) => {
      for (const server of [one, other]) {
        await hear(server);
        server.forget();
        expect(await mayRead(server, bob)).toBe(true);
        expect(await mayRead(server, ann)).toBe(isMember);
      }
    };
    await (await connectedRedis()).flushall();
    await isRight(true);
    redis.freeze();
    onTestFinished(redis.thaw);
    await removeMember(one.tenantry.context(), organizationId, ann);
    await isRight(false);
    await redis.stop();
    await isRight(false);
    await redis.start();
    await isRight(false);
    await expect.poll(() => takesFromRedis(one, cid), { timeout: 10_000 }).toBe(true);
    await isRight(false);
  });

  test("ends access on another server within a second, 99 of 100 times, without asking", async () => {
    const ctx = one.tenantry.context();
    const [ann] = users as [string];
    const waits: number[] = [];
    for (let round = 0; round < 60; round += 1) {
      await expect.poll(() => mayRead(other, ann), { interval: 1 }).toBe(true);
      await removeMember(ctx, organizationId, ann);
      const removedAt = performance.now();
      while (await mayRead(other, ann)) await new Promise((resolve) => setImmediate(resolve));
      waits.push(performance.now() - removedAt);
      await addMember(ctx, organizationId, { user_id: ann, role: "member" });
    }
    waits.sort((a, b) => a - b);
    expect(waits[Math.ceil(waits.length * 0.99) - 1]).toBeLessThan(1_000);
  });
});
