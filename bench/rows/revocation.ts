import path from "node:path";
import { addMember, createOrganization, createUser, removeMember } from "@tenantry/core";
import { openTenantry, type TenantryOptions } from "tenantry";
import { startPostgres } from "../../scripts/tests/postgres-server.ts";
import { findRedisProgram, startRedis } from "../../scripts/tests/redis-server.ts";
import { startChild } from "../children/start-child.ts";
import type { Bench } from "../harness/bench.ts";
import type { Row, Side } from "../harness/row.ts";
import type { Watched } from "../ours/watcher.ts";

const revocations = 100;
const owedMs = 1_000;

/** The storage that two processes share, and what must be stopped afterwards. */
type Meeting = { options: TenantryOptions; close(): Promise<unknown> };

/** How soon a member who is removed in one process is refused in another. The goal is within a second for 99 of 100. */
export const revocationRows: Row[] = [
  row("sqlite", "on one SQLite file", async (bench) => {
    const databaseUrl = `sqlite:${path.join(bench.directory, "revocation.db")}`;
    return { options: { databaseUrl }, close: async () => {} };
  }),
  row("postgres", "on one PostgreSQL", async () => {
    const { url, remove } = await startPostgres();
    return { options: { databaseUrl: url }, close: remove };
  }),
  ...(findRedisProgram() === undefined
    ? []
    : [
        row("redis", "on one PostgreSQL with a Redis", async () => {
          const [postgres, redis] = [await startPostgres(), await startRedis()];
          return {
            options: { databaseUrl: postgres.url, redisUrl: redis.url },
            close: () => Promise.all([postgres.remove(), redis.remove()]),
          };
        }),
      ]),
];

function row(name: string, where: string, meet: (bench: Bench) => Promise<Meeting>): Row {
  return {
    id: `revocation-${name}`,
    compares: `One second, divided by the time until a removed member is refused in another process ${where}; the slowest of ${revocations}.`,
    unit: "times a second",
    goal: 1,
    openOurs: (bench) => openOurs(bench, name, meet),
    openReference: async () => () => ({ value: 1 }),
  };
}

async function openOurs(
  bench: Bench,
  name: string,
  meet: (bench: Bench) => Promise<Meeting>,
): Promise<Side> {
  const { revoke } = await bench.share(`revocation ${name}`, async () => {
    const { options, close } = await meet(bench);
    const tenantry = await openTenantry(options);
    const watcher = startChild(new URL("../ours/watcher.ts", import.meta.url));
    await watcher.call("open", options);
    const ctx = tenantry.context();
    const { id: organization_id } = await createOrganization(ctx, { name: "Watched" });

    async function revokeOne(): Promise<number> {
      const { id: user_id } = await createUser(ctx, { name: "Leaving" });
      const watched: Watched = { user_id, organization_id };
      await addMember(ctx, organization_id, { user_id });
      // The member is admitted and cached there before being removed here.
      while (!(await watcher.call<boolean>("isAllowed", watched)));
      const refused = watcher.call<number>("awaitRevocation", watched);
      await removeMember(ctx, organization_id, user_id);
      const acknowledgedAt = performance.timeOrigin + performance.now();
      return (await refused) - acknowledgedAt;
    }

    return {
      revoke: revokeOne,
      async close() {
        await watcher.stop();
        await tenantry.close();
        await close();
      },
    };
  });
  return async () => {
    let slowestMs = 0.1;
    for (let turn = 0; turn < revocations; turn += 1) {
      slowestMs = Math.max(slowestMs, await revoke());
    }
    return { value: owedMs / slowestMs };
  };
}
