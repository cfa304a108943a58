import { addMember, type Context, check, createOrganization, createUser } from "@tenantry/core";
import { openTenantry, type Tenantry } from "tenantry";
import { startPostgres } from "../../scripts/tests/postgres-server.ts";
import { findRedisProgram, startRedis } from "../../scripts/tests/redis-server.ts";
import type { Bench } from "../harness/bench.ts";

const organizations = 20;
const membersOfEach = 10;

/** Checks on PostgreSQL: answered from the process's memory, from Redis and from the database. */
export type SharedAccessChecks = {
  fromMemory(turn: number): unknown;
  fromRedis(turn: number): unknown;
  fromPostgres(turn: number): unknown;
  close(): Promise<void>;
};

/** Whether the rows can be measured, which needs a Redis that can be started. */
export const hasRedis = findRedisProgram() !== undefined;

export function openSharedAccess(bench: Bench): Promise<SharedAccessChecks> {
  return bench.share("shared access", async () => {
    const [postgres, redis] = [await startPostgres(), await startRedis()];
    const databaseUrl = postgres.url;
    const plain = await openTenantry({ databaseUrl });
    // A separate engine, because the other side of the row clears its memory.
    const remembering = await openTenantry({ databaseUrl });
    const shared = await openTenantry({ databaseUrl, redisUrl: redis.url });
    const questions = await fill(plain);
    const ask = (tenantry: Tenantry, forget: boolean) => {
      const ctx: Context = tenantry.context();
      return (turn: number) => {
        if (forget) tenantry.engine.permissions.apply("everything");
        return check(ctx, questions[turn % questions.length] as (typeof questions)[number]);
      };
    };
    const sides = {
      fromMemory: ask(remembering, false),
      fromRedis: ask(shared, true),
      fromPostgres: ask(plain, true),
    };
    // Everything is read once, so that Redis has it and both engines know the revisions.
    for (let turn = 0; turn < 2 * questions.length; turn += 1) {
      await sides.fromRedis(turn);
      await sides.fromMemory(turn);
    }
    return {
      ...sides,
      async close() {
        await Promise.all([plain.close(), remembering.close(), shared.close()]);
        await Promise.all([postgres.remove(), redis.remove()]);
      },
    };
  });
}

async function fill(tenantry: Tenantry) {
  const ctx = tenantry.context();
  const questions: { user_id: string; organization_id: string; permission: string }[] = [];
  for (let number = 0; number < organizations; number += 1) {
    const { id: organization_id } = await createOrganization(ctx, { name: `Shared ${number}` });
    for (let member = 0; member < membersOfEach; member += 1) {
      const { id: user_id } = await createUser(ctx, { name: `Member ${member}` });
      await addMember(ctx, organization_id, { user_id, role: "member" });
      questions.push({ user_id, organization_id, permission: "organization:read" });
    }
  }
  return questions;
}
