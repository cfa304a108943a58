import type { Bench } from "../harness/bench.ts";
import { measureQuickRate } from "../harness/rate.ts";
import type { Row, Side } from "../harness/row.ts";
import { hasRedis, openSharedAccess, type SharedAccessChecks } from "../ours/shared-access.ts";

const unit = "calls/s";

/** What caches gain on PostgreSQL. If no Redis can be started, the rows are left out with a message. */
export const redisRows: Row[] = hasRedis
  ? [
      {
        id: "redis-check-memory",
        compares:
          "On PostgreSQL, a check answered from the process's memory, compared with one that reads the database.",
        unit,
        goal: 10,
        openOurs: side("fromMemory"),
        openReference: side("fromPostgres"),
      },
      {
        id: "redis-check-shared",
        compares:
          "On PostgreSQL, a check answered from Redis without the process's memory, compared with one that reads the database.",
        unit,
        goal: null,
        openOurs: side("fromRedis"),
        openReference: side("fromPostgres"),
      },
    ]
  : leftOut();

function side(name: keyof Omit<SharedAccessChecks, "close">) {
  return async (bench: Bench): Promise<Side> => {
    const checks = await openSharedAccess(bench);
    return async () => ({ value: await measureQuickRate(checks[name], bench.roundMs) });
  };
}

function leftOut(): Row[] {
  console.warn("The rows redis-* are left out: neither redis-server nor valkey-server is on PATH");
  return [];
}
