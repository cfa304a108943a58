import { Client, type QueryArrayResult, type QueryResult } from "pg";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { OwnClient } from "../src/connection.ts";
import {
  escapes,
  type HostileKind,
  readingKinds,
  type Tenants,
  writingKinds,
} from "./hostile-statements.ts";
import { tablesWithoutTenant } from "./schema-rules.ts";

/** A database with the rows of `theirs` in every table, and somebody at work there for `ours`. */
export interface HostileSubject extends Tenants {
  /** A connection as what the storage itself works as. */
  readonly application: OwnClient;
  /** The address of somebody whom no policy holds. */
  readonly superuserUrl: string;
  dispose(): Promise<void>;
}

/** One try: what came back of it, in whatever way, as text. */
type Attempt = (steps: readonly string[]) => Promise<string>;

/** No statement of a tenant shows or changes another tenant's row. The same statements are tried as a superuser, to see that they could. */
export function describeHostileStatements(
  place: string,
  open: () => Promise<HostileSubject>,
): void {
  describe(`statements of a tenant, ${place},`, () => {
    let subject: HostileSubject;
    let superuser: Client;
    let tables: readonly string[];
    let attempt: Attempt;

    beforeAll(async () => {
      subject = await open();
      superuser = new Client(subject.superuserUrl);
      await superuser.connect();
      await superuser.query("ANALYZE");
      tables = await tablesWithTenant(superuser);
      attempt = attemptsOn(subject.application, subject.ours, "COMMIT");
    });

    afterAll(async () => {
      await superuser.end();
      await subject.application.end();
      await subject.dispose();
    });

    const stepsOf = (kind: HostileKind) => tables.map((table) => kind.steps(table, subject));

    for (const kind of readingKinds) {
      test(`see no foreign row by ${kind.name}, where a superuser does`, async () => {
        const unheld = attemptsOn(superuser, subject.ours, "ROLLBACK");
        for (const steps of stepsOf(kind)) {
          const seen = await attempt(steps);
          expect(seen, steps.join("; ")).not.toContain(subject.theirs);
          expect(seen, steps.join("; ")).not.toContain(refused);
          if (!showsNoTenant.has(kind.name)) {
            expect(await unheld(steps), steps.join("; ")).toContain(subject.theirs);
          }
        }
      });
    }

    for (const kind of writingKinds) {
      test(`change no foreign row by ${kind.name}`, async () => {
        const before = await rowsOf(superuser, tables, subject.theirs);
        for (const steps of stepsOf(kind)) {
          expect(await attempt(steps), steps.join("; ")).not.toContain(subject.theirs);
          expect(await rowsOf(superuser, tables, subject.theirs), steps.join("; ")).toBe(before);
        }
      });
    }

    test("find no way out of their role", async () => {
      const before = await rowsOf(superuser, tables, subject.theirs);
      for (const way of escapes) {
        const looks = ["memberships", "users", "user_passwords"].map(
          (table) => `SELECT to_jsonb(x) FROM ${table} AS x`,
        );
        expect(await attempt([way, ...looks]), way).not.toContain(subject.theirs);
        // What an escape has set for the session would have the next look be refused instead of empty.
        await subject.application.query("DISCARD ALL");
      }
      await subject.application.query("ALTER ROLE CURRENT_USER RESET ALL");
      expect(await rowsOf(superuser, tables, subject.theirs)).toBe(before);
    });

    test("see no key of the installation and nobody's place, and change no other tenant", async () => {
      const shown = await attempt([
        "SELECT 'a key: ' || id FROM signing_keys",
        "SELECT 'a key: ' || id FROM operator_keys",
        "SELECT 'a place: ' || tenant_id FROM placements",
        "SELECT 'a name: ' || name FROM registered_organizations",
        "SELECT 'a purge: ' || tenant_id FROM tenant_purges",
        `UPDATE tenants SET status = 'suspended' WHERE id = '${subject.theirs}' RETURNING 'changed'`,
        `DELETE FROM tenants WHERE id = '${subject.theirs}' RETURNING 'changed'`,
      ]);
      expect(shown).not.toMatch(/a key:|a place:|a name:|a purge:|changed/);
    });

    test("see nothing through a plan that was made in the other's transactions", async () => {
      const theirs = attemptsOn(subject.application, subject.theirs, "COMMIT");
      for (const table of tables) {
        await theirs([`PREPARE kept_${table} AS SELECT tenant_id FROM ${table}`]);
        for (let run = 0; run < 7; run += 1) {
          expect(await theirs([`EXECUTE kept_${table}`])).toContain(subject.theirs);
        }
        expect(await attempt([`EXECUTE kept_${table}`]), table).not.toContain(subject.theirs);
      }
    });

    test("see nothing on the connection of a transaction that was cancelled, rolled back or kept", async () => {
      const { application } = subject;
      for (const end of ["cancelled", "ROLLBACK", "COMMIT"]) {
        await application.query(begin(subject.theirs));
        if (end === "cancelled") await cancel(application, superuser);
        await application.query(end === "cancelled" ? "ROLLBACK" : end);
        const { rows } = await application.query(
          "SELECT current_setting('tenantry.tenant_id', true) AS set, (SELECT count(*) FROM users) AS seen",
        );
        expect([end, rows]).toEqual([end, [{ set: "", seen: 0 }]]);
        expect(await attempt(["SELECT tenant_id FROM users"])).not.toContain(subject.theirs);
      }
    });

    test("that name no tenant see no row at all", async () => {
      for (const table of tables) {
        const { rows } = await subject.application.query(`SELECT 1 FROM ${table}`);
        expect(rows, table).toEqual([]);
      }
    });

    test("of more than 200 kinds were tried", () => {
      const kinds = readingKinds.length + writingKinds.length;
      expect(tables.length).toBeGreaterThanOrEqual(19);
      expect(kinds * tables.length + escapes.length).toBeGreaterThan(800);
    });
  });
}

/** What a superuser sees nothing of either: it says nothing unless something is wrong, or not of so few rows. */
const showsNoTenant: ReadonlySet<string> = new Set(["what the planner knows of it"]);

const refused = "(refused)";

function begin(tenantId: string): string {
  return `BEGIN; SELECT set_config('tenantry.tenant_id', '${tenantId}', true)`;
}

/** Runs steps in a transaction of a tenant. A refused step is undone, and the next is tried all the same. */
function attemptsOn(client: OwnClient | Client, tenantId: string, end: string): Attempt {
  return async (steps) => {
    const seen: string[] = [];
    const hear = ({ message }: { message?: string | undefined }) => seen.push(message ?? "");
    const copy = ({ chunk }: { chunk: Buffer }) => seen.push(chunk.toString());
    const { connection } = client as unknown as { connection: NodeJS.EventEmitter };
    client.on("notice", hear);
    connection.on("copyData", copy);
    await client.query(begin(tenantId));
    for (const step of steps) {
      await client.query("SAVEPOINT step").catch(() => {});
      try {
        seen.push(shown(await client.query(step)));
      } catch (error) {
        seen.push(meantForStrangers((error as Error).message));
        await client.query("ROLLBACK TO step").catch(() => {});
      }
    }
    await client.query(end);
    client.off("notice", hear);
    connection.off("copyData", copy);
    return seen.join("\n");
  };
}

function shown(result: QueryResult | QueryArrayResult | readonly QueryResult[]): string {
  const results = Array.isArray(result) ? result : [result];
  return JSON.stringify(results.flatMap(({ rows }) => rows));
}

/** The server repeats the statement's own values in some messages: those are no leak, since the sender has them already. */
function meantForStrangers(message: string): string {
  return /leak of/.test(message) ? message : refused;
}

async function cancel(running: OwnClient, superuser: Client): Promise<void> {
  const { rows } = await running.query("SELECT pg_backend_pid() AS pid");
  const sleeping = expect(
    running.query("SELECT pg_sleep(60), count(*) FROM users"),
  ).rejects.toMatchObject({
    code: "57014",
  });
  await expect
    .poll(async () => {
      const active = await superuser.query(
        "SELECT 1 FROM pg_stat_activity WHERE pid = $1 AND wait_event = 'PgSleep'",
        [rows[0].pid],
      );
      return active.rowCount;
    })
    .toBe(1);
  await superuser.query("SELECT pg_cancel_backend($1)", [rows[0].pid]);
  await sleeping;
}

async function tablesWithTenant(superuser: Client): Promise<readonly string[]> {
  const { rows } = await superuser.query<{ name: string }>(
    `SELECT table_name AS name FROM information_schema.columns
      WHERE table_schema = current_schema() AND column_name = 'tenant_id' ORDER BY 1`,
  );
  return rows.map(({ name }) => name).filter((name) => !(name in tablesWithoutTenant));
}

/** Every row of a tenant, as one text. */
async function rowsOf(
  superuser: Client,
  tables: readonly string[],
  tenantId: string,
): Promise<string> {
  const parts = tables.map(
    (table) =>
      `SELECT '${table}' AS of, to_jsonb(x)::text AS row FROM ${table} AS x WHERE tenant_id = $1`,
  );
  const { rows } = await superuser.query(`${parts.join(" UNION ALL ")} ORDER BY 1, 2`, [tenantId]);
  return JSON.stringify(rows);
}
