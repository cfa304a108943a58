import {
  bind,
  definedQueries,
  defineEveryPage,
  postgresDialect,
  type Query,
} from "@tenantry/storage-sql";
import { fillTenant } from "@tenantry/storage-testkit";
import { afterAll, beforeAll, expect, test } from "vitest";
import { borrowDatabase, connectAsApplication, type TestDatabase } from "../test/database.ts";
import type { OwnClient } from "./connection.ts";
import { openPostgresStorage } from "./index.ts";

/** A step of a plan, as PostgreSQL tells of it. */
interface Step {
  readonly "Node Type": string;
  readonly "Relation Name"?: string;
  readonly "Index Cond"?: string;
  readonly "One-Time Filter"?: string;
  readonly "Subplan Name"?: string;
  readonly Output?: readonly string[];
  readonly Plans?: readonly Step[];
}

let database: TestDatabase;
let application: OwnClient;

beforeAll(async () => {
  database = await borrowDatabase();
  const storage = await openPostgresStorage({ url: database.url });
  await storage.transaction("t", (ports) => fillTenant(ports, "t"));
  await storage.close();
  application = await connectAsApplication(database.url);
  // Few rows are read whole; what an index could not serve is then still read so.
  await application.query("SET enable_seqscan = off; SET enable_bitmapscan = off");
  defineEveryPage();
});

afterAll(async () => {
  await application.end();
  await database.drop();
});

const sqlOf = (query: Query<unknown>) => query.compileAlone(postgresDialect).sql;

/** Every read of a tenant's rows that may stand alone. */
function scopedReads(): readonly Query<unknown>[] {
  return definedQueries().filter(
    (query) =>
      query.argumentNames.includes("tenant_id") &&
      /^\s*(select|with)/i.test(query.compile(postgresDialect).sql) &&
      !/for (share|no key update|update)/i.test(sqlOf(query)),
  );
}

async function planOf(query: Query<unknown>): Promise<Step> {
  const { rows } = await application.query<{ "QUERY PLAN": readonly [{ Plan: Step }] }>(
    `EXPLAIN (GENERIC_PLAN, VERBOSE, FORMAT JSON) ${sqlOf(query)}`,
  );
  return (rows[0] as (typeof rows)[0])["QUERY PLAN"][0].Plan;
}

function stepsIn(step: Step): readonly Step[] {
  return [step, ...(step.Plans ?? []).flatMap(stepsIn)];
}

/** The value of a subplan, before anything else that is asked. PostgreSQL 16 numbers the value, later ones the subplan. */
const firstCondition = /^\(*(?:(InitPlan \d+)\)\.col1|(\$\d+))(?: AND |\)*$)/;

const tablesIn = (step: Step | undefined) =>
  step === undefined ? [] : stepsIn(step).flatMap((s) => s["Relation Name"] ?? []);

test("sets the tenant before it looks at any row, in every read and every combination of filters", async () => {
  const reads = scopedReads();
  expect(reads.length).toBeGreaterThan(400);
  for (const query of reads) {
    const plan = await planOf(query);
    // This step asks the steps below it for a row only where all of its condition holds, and asks it from left to
    // right. A subplan runs when its value is needed.
    expect([query.name, plan["Node Type"], plan["One-Time Filter"]]).toEqual([
      query.name,
      "Result",
      expect.stringMatching(firstCondition),
    ]);
    const [, name, value] = firstCondition.exec(plan["One-Time Filter"] ?? "") ?? [];
    const subplan = plan.Plans?.find((step) =>
      step["Subplan Name"]?.includes(name ?? `returns ${value}`),
    );
    expect([query.name, subplan?.Output, tablesIn(subplan)]).toEqual([
      query.name,
      [expect.stringMatching(/^\(set_config\(.* IS NOT NULL\)$/)],
      [],
    ]);
    expect(tablesIn(plan.Plans?.find((step) => step["Subplan Name"] === undefined))).not.toEqual(
      [],
    );
  }
});

test("finds every row by an index that begins with the tenant, the policies notwithstanding", async () => {
  for (const query of scopedReads()) {
    for (const step of stepsIn(await planOf(query))) {
      const table = step["Relation Name"];
      if (table === undefined || table === "tenants") continue;
      const condition = step["Index Cond"];
      expect([query.name, table, condition]).toEqual([
        query.name,
        table,
        expect.stringContaining("tenant_id = "),
      ]);
    }
  }
});

test("leaves nothing set on its connection, and sees nothing of a tenant that is not asked for", async () => {
  const [find] = scopedReads().filter(({ name }) => name === "users.find");
  const form = (find as Query<unknown>).compileAlone(postgresDialect);
  const read = async (tenantId: string) => {
    const { rowCount } = await application.query(form.sql, [
      ...bind(form.bindings, [tenantId, "bob"]),
    ]);
    const { rows } = await application.query("SELECT current_setting('tenantry.tenant_id') AS set");
    return [rowCount, rows[0]?.set];
  };
  expect([await read("t"), await read("u")]).toEqual([
    [1, ""],
    [0, ""],
  ]);
});
