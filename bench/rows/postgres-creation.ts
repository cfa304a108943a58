import { type Context, createOrganization, createTenant, createUser } from "@tenantry/core";
import { openTenantry } from "tenantry";
import { connectOnce } from "../../packages/storage-postgres/src/connection.ts";
import { connectionSettings } from "../../packages/storage-postgres/src/postgres-storage.ts";
import type { Bench } from "../harness/bench.ts";
import { measureRateOfCallers, measureRateOfCount } from "../harness/rate.ts";
import type { Row, Side } from "../harness/row.ts";
import { captureStatements, literal, toPgbenchScript } from "../postgres/capture-statements.ts";
import { measurePgbenchScript } from "../postgres/pgbench.ts";
import { openPostgresSide } from "../postgres/postgres-side.ts";

const callers = 32;
const databasesInRound = 3;
/** The length of the number in each name and id: always the same, and long enough for all of them. */
const tokenLength = 12;
const creatorPrefix = `user_${"0".repeat(24)}`;

/** Creations on PostgreSQL, on disk before the answer. */
export const postgresCreationRows: Row[] = [
  {
    id: "postgres-create",
    compares:
      "Creating an organization with owner and event through the library, 32 callers in one process, compared with pgbench with the same statements on 32 connections.",
    unit: "organizations/s",
    goal: 0.8,
    openOurs,
    openReference,
  },
  {
    id: "postgres-create-tenant",
    compares:
      "Creating a tenant with its own database and schema through the library, one caller, compared with a bare CREATE DATABASE.",
    unit: "databases/s",
    goal: null,
    openOurs: async (bench) => {
      const { createTenant } = await openCreator(bench);
      return async () => ({
        value: await measureRateOfCount(createTenant, 1, databasesInRound),
      });
    },
    openReference: async (bench) => {
      const { url } = await openPostgresSide(bench);
      let database = 0;
      return async () => ({
        value: await connectOnce(connectionSettings({ url }), (client) =>
          measureRateOfCount(
            () => client.query(`CREATE DATABASE bare_${database++}`),
            1,
            databasesInRound,
          ),
        ),
      });
    },
  },
];

type Creator = {
  create(): Promise<unknown>;
  createTenant(): Promise<unknown>;
  close(): Promise<void>;
};

function openCreator(bench: Bench): Promise<Creator> {
  return bench.share("creator on PostgreSQL", async () => {
    const side = await openPostgresSide(bench);
    const tenantry = await openTenantry({ databaseUrl: side.url });
    const { tenantId } = side;
    for (let caller = 0; caller < callers; caller += 1) {
      const embedded = tenantry.context({ tenantId });
      await createUser(embedded, { id: creatorId(caller), name: `Creator ${caller}` });
    }
    const contexts = Array.from({ length: callers }, (_, caller) =>
      tenantry.context({
        tenantId,
        actor: { type: "user", id: creatorId(caller), session_id: null },
      }),
    );
    let turn = 0;
    return {
      create: () => {
        turn += 1;
        const token = String(turn).padStart(tokenLength, "0");
        const ctx = contexts[turn % contexts.length] as Context;
        return createOrganization(ctx, { name: `By us ${token}`, slug: `by-us-${token}` });
      },
      createTenant: () =>
        createTenant(tenantry.context(), {
          name: "Apart",
          placement: "dedicated",
        }),
      close: () => tenantry.close(),
    };
  });
}

async function openOurs(bench: Bench): Promise<Side> {
  const { create } = await openCreator(bench);
  const roundMs = bench.roundSeconds * 1_000;
  return async () => ({ value: await measureRateOfCallers(create, callers, roundMs) });
}

async function openReference(bench: Bench): Promise<Side> {
  const side = await openPostgresSide(bench);
  const { create } = await openCreator(bench);
  await create();
  const script = [
    "\\set turn :turn + 1",
    "\\set n :round * 10000000000 + :client_id * 100000000 + :turn",
    ...toPgbenchScript(await captureStatements(create), vary),
  ].join("\n");
  let round = 10;
  return async () => {
    round += 1;
    const load = { callers, seconds: bench.roundSeconds, variables: { round, turn: 0 } };
    const { url, application } = side;
    return { value: await measurePgbenchScript(url, application, bench.directory, script, load) };
  };
}

/** One user per caller, because a creation locks its user and callers with the same user would wait for each other. */
function creatorId(caller: number): string {
  return `${creatorPrefix}${String(caller).padStart(2, "0")}`;
}

/** Each creation needs new ids, a new name and a new slug, and each connection of pgbench acts as another user. */
function vary(value: string): string | undefined {
  if (value.startsWith(creatorPrefix)) {
    return `(${literal(creatorPrefix)} || lpad((:client_id)::text, 2, '0'))`;
  }
  const isNew = /^(org|mem|evt)_\w+$/.test(value) || /^by[ -]us[ -]\d+$/i.test(value);
  if (!isNew) return undefined;
  return `(${literal(value.slice(0, -tokenLength))} || lpad((:n)::text, ${tokenLength}, '0'))`;
}
