import { largeOrganizationMembers } from "../dataset/dataset.ts";
import { pageSize } from "../dataset/questions.ts";
import { openDataset } from "../dataset/shared-dataset.ts";
import type { Bench } from "../harness/bench.ts";
import { measureRateOfCallers } from "../harness/rate.ts";
import type { Row, Side } from "../harness/row.ts";
import { type Login, measurePgbench, type Statement } from "../postgres/pgbench.ts";
import { openPostgresSide, type PostgresSide, statementOf } from "../postgres/postgres-side.ts";

const unit = "calls/s";
const callers = 32;
/** Few statements per connection, because each connection of pgbench prepares each of them, which should not be measured. */
const questions = 4;

/** A kind of read: the call of the storage, and the statement that it sends. */
type Read = {
  ask(side: PostgresSide, turn: number): unknown;
  statement(side: PostgresSide, turn: number, form?: "alone"): Statement;
};

export const postgresRows: Row[] = [
  {
    id: "postgres-role",
    compares:
      "A look-up of roles and permissions by the storage, 32 callers in one process, compared with pgbench with the same statement.",
    unit,
    goal: 0.6,
    openOurs: async (bench) => ours(bench, await openRole(bench)),
    openReference: async (bench) => pgbench(bench, await openRole(bench)),
  },
  {
    id: "postgres-organizations-of-user",
    compares:
      "A user's ten organizations as JSON by the storage, 32 callers in one process, compared with pgbench with the same statement.",
    unit,
    goal: 0.6,
    openOurs: async (bench) => ours(bench, await openOrganizations(bench)),
    openReference: async (bench) => pgbench(bench, await openOrganizations(bench)),
  },
  {
    id: "postgres-page-of-members",
    compares:
      "A page of 50 out of 5,000 members as JSON by the storage, 32 callers in one process, compared with pgbench with the same statement.",
    unit,
    goal: 0.42,
    openOurs: async (bench) => ours(bench, await openPage(bench)),
    openReference: async (bench) => pgbench(bench, await openPage(bench)),
  },
  ...(
    [
      ["role", "The look-up of roles", openRole],
      ["organizations-of-user", "A user's ten organizations", openOrganizations],
      ["page-of-members", "A page of 50 out of 5,000 members", openPage],
    ] as const
  ).map(
    ([name, what, open]): Row => ({
      id: `postgres-row-level-security-${name}`,
      compares: `${what} under row-level security with the tenant set in the same statement, compared with a plain WHERE by a role with the same privileges that is not bound by policies; pgbench on both sides.`,
      unit,
      goal: 0.9,
      openOurs: async (bench) => pgbench(bench, await open(bench), "alone", "application"),
      openReference: async (bench) => pgbench(bench, await open(bench), undefined, "unheld"),
    }),
  ),
];

async function openRole(bench: Bench): Promise<Read> {
  const { inProcess } = await openDataset(bench);
  const of = (turn: number) => pick(inProcess.checks, turn);
  return {
    ask: ({ storage, tenantId }, turn) =>
      storage.committed.access.findAccess(tenantId, of(turn).organizationId, of(turn).userId),
    statement: ({ tenantId }, turn, form) =>
      statementOf("access.findAccess", [tenantId, of(turn).organizationId, of(turn).userId], form),
  };
}

async function openOrganizations(bench: Bench): Promise<Read> {
  const { inProcess } = await openDataset(bench);
  return {
    ask: ({ storage, tenantId }, turn) =>
      storage.committed.members.listUserOrganizations(tenantId, pick(inProcess.listers, turn), {
        after: null,
        limit: pageSize,
        skip: 0,
        total: false,
      }),
    statement: ({ tenantId }, turn, form) =>
      statementOf(
        "members.listUserOrganizations",
        [tenantId, pick(inProcess.listers, turn), "", pageSize, 0],
        form,
      ),
  };
}

async function openPage(bench: Bench): Promise<Read> {
  const { dataset, overHttp } = await openDataset(bench);
  const { organizationId } = overHttp.pages;
  const members = dataset.memberships
    .filter(({ organization }) => dataset.organizations[organization]?.id === organizationId)
    .map(({ user }) => dataset.users[user]?.id ?? "")
    .sort();
  const starts = Array.from({ length: largeOrganizationMembers / pageSize - 1 }, (_, page) =>
    String(members[page * pageSize]),
  );
  return {
    ask: ({ storage, tenantId }, turn) =>
      storage.committed.members.list(
        tenantId,
        organizationId,
        {},
        {
          after: pick(starts, turn),
          limit: pageSize,
          skip: 0,
          total: false,
        },
      ),
    statement: ({ tenantId }, turn, form) =>
      statementOf(
        "members.list ",
        [tenantId, organizationId, pick(starts, turn), pageSize, 0],
        form,
      ),
  };
}

async function ours(bench: Bench, read: Read): Promise<Side> {
  const side = await openPostgresSide(bench);
  return async () => ({
    value: await measureRateOfCallers((turn) => read.ask(side, turn), callers, bench.roundMs),
  });
}

async function pgbench(
  bench: Bench,
  read: Read,
  form?: "alone",
  as?: "application" | "unheld",
): Promise<Side> {
  const side = await openPostgresSide(bench);
  const statements = Array.from({ length: questions }, (_, turn) =>
    read.statement(side, turn, form),
  );
  const login: Login = as === undefined ? {} : side[as];
  const load = { callers, seconds: 4 };
  return async () => ({
    value: await measurePgbench(side.url, login, bench.directory, statements, load),
  });
}

function pick<Item>(items: Item[], turn: number): Item {
  return items[turn % items.length] as Item;
}
