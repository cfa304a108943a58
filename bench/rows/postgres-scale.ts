import {
  type Awaitable,
  check,
  createPageMemory,
  listMembers,
  listUserOrganizations,
} from "@tenantry/core";
import { pageSize } from "../dataset/questions.ts";
import type { Bench } from "../harness/bench.ts";
import { measureRateOfCallers } from "../harness/rate.ts";
import type { Row, Side } from "../harness/row.ts";
import {
  openScaledDatabase,
  type Scale,
  type ScaledDatabase,
} from "../postgres/scaled-database.ts";

const callers = 32;
const smallest: Scale = { organizations: 1_000, memberships: 1_000_000 };
const larger: Scale[] = [
  { organizations: 10_000, memberships: 3_000_000 },
  { organizations: 100_000, memberships: 10_000_000 },
];

type Ask = (turn: number) => Awaitable<unknown>;

/** Spreads the turns over `count` items without an order. */
const spread = (turn: number, count: number) => (turn * 7_919 + 13) % count;

const questions: { name: string; what: string; prepare(database: ScaledDatabase): Ask }[] = [
  {
    name: "role",
    what: "A look-up of roles and permissions",
    prepare: (database) => {
      const { engine, defaultTenant } = database.tenantry;
      return (turn) => {
        const { organizationId, userId } = memberAt(database, turn);
        return engine.storage.committed.access.findAccess(defaultTenant.id, organizationId, userId);
      };
    },
  },
  {
    name: "organizations-of-user",
    what: "A user's ten organizations, past the memory,",
    prepare: (database) => {
      const ctx = contextPastMemory(database);
      const users = database.scale.memberships / 10;
      return (turn) => listUserOrganizations(ctx, database.userId(spread(turn, users)));
    },
  },
  {
    name: "page-of-members",
    what: "A page of 50 members, past the memory,",
    prepare: (database) => {
      const ctx = contextPastMemory(database);
      const { organizations } = database.scale;
      return (turn) =>
        listMembers(ctx, database.organizationId(spread(turn, organizations)), { limit: pageSize });
    },
  },
  {
    name: "check",
    what: "A permission check through the library, of 1,000 members who are asked about again and again,",
    prepare: (database) => {
      const ctx = database.tenantry.context();
      return (turn) => {
        const { organizationId, userId } = memberAt(database, turn % 1_000);
        return check(ctx, {
          user_id: userId,
          organization_id: organizationId,
          permission: "member:add",
        });
      };
    },
  },
];

/** The cost of reads as data grows. Filling takes long, so these rows are measured only when `--only` names them. */
export const postgresScaleRows: Row[] = larger.flatMap((scale) =>
  questions.map(({ name, what, prepare }): Row => {
    const { organizations, memberships } = scale;
    return {
      id: `scale-postgres-${name}-${organizations}`,
      compares: `${what} with ${organizations.toLocaleString("en")} organizations and ${memberships / 1e6} million memberships, compared with 1,000 organizations and 1 million memberships; 32 callers.`,
      unit: "calls/s",
      goal: 0.8,
      isLong: true,
      openOurs: (bench) => open(bench, scale, prepare),
      openReference: (bench) => open(bench, smallest, prepare),
    };
  }),
);

async function open(
  bench: Bench,
  scale: Scale,
  prepare: (database: ScaledDatabase) => Ask,
): Promise<Side> {
  const ask = prepare(await openScaledDatabase(bench, scale));
  return async () => ({ value: await measureRateOfCallers(ask, callers, bench.roundMs) });
}

function contextPastMemory({ tenantry }: ScaledDatabase) {
  const ctx = tenantry.context();
  return { ...ctx, engine: { ...ctx.engine, pages: createPageMemory(0) } };
}

function memberAt(database: ScaledDatabase, turn: number) {
  const { organizations, memberships } = database.scale;
  const organization = spread(turn, organizations);
  const nth = spread(turn, memberships / organizations);
  return {
    organizationId: database.organizationId(organization),
    userId: database.userId(database.memberOf(organization, nth)),
  };
}
