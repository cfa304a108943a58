import { spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { type Context, listMembers, openPage, verifyChains } from "@tenantry/core";
import { openTenantry } from "tenantry";
import { expect, test } from "vitest";
import { isPostgres, makeTestDatabase, type TestDatabase } from "./test-database.ts";

const program = fileURLToPath(new URL("./kill-program.ts", import.meta.url));
const rounds = Number(process.env.TENANTRY_KILL_ROUNDS ?? (isPostgres ? 10 : 50));

/** What was acknowledged: the members of each organization; null where a removal was under way. */
type Acknowledged = Map<string, string[] | null>;

test(`keeps every acknowledged write and no half of one through ${rounds} kills`, async () => {
  const database = await makeTestDatabase(true);
  let acknowledgements = 0;
  for (let round = 0; round < rounds; round++) {
    const acknowledged = await writeAndKill(database.url, round);
    acknowledgements += acknowledged.size;
    await expectKept(database.url, acknowledged);
    await expectWhole(database);
  }
  expect(acknowledgements).toBeGreaterThan(rounds);
}, 600_000);

/** Runs the program and kills it after some acknowledgements, at a moment that the loop does not choose. */
async function writeAndKill(databaseUrl: string, round: number): Promise<Acknowledged> {
  const child = spawn(process.execPath, [program, databaseUrl, `run${round}`], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  const acknowledged: Acknowledged = new Map();
  const enough = 8 + ((round * 7) % 60);
  let lines = 0;
  for await (const line of createInterface({ input: child.stdout })) {
    const { organization, members } = JSON.parse(line);
    acknowledged.set(organization, members);
    lines += 1;
    if (lines === enough) child.kill("SIGKILL");
  }
  expect(child.signalCode ?? "SIGKILL").toBe("SIGKILL");
  return acknowledged;
}

async function expectKept(databaseUrl: string, acknowledged: Acknowledged): Promise<void> {
  const tenantry = await openTenantry({ databaseUrl });
  const ctx = tenantry.context();
  for (const [organizationId, members] of acknowledged) {
    const kept = await membersOf(ctx, organizationId);
    // What was acknowledged is there; what was under way may be there as well.
    for (const member of members ?? []) expect(kept).toContain(member);
    expect(kept.length).toBeGreaterThan(0);
  }
  const report = await verifyChains(tenantry.engine.storage.committed, ctx.tenantId);
  expect(report.faults).toEqual([]);
  await tenantry.close();
}

async function membersOf(ctx: Context, organizationId: string): Promise<string[]> {
  const page = openPage<{ user_id: string }>(await listMembers(ctx, organizationId));
  return page.items.map((member) => member.user_id);
}

/** No half of a write: rows, roles, counts, events and history intervals agree, whoever was acknowledged. */
async function expectWhole(database: TestDatabase): Promise<void> {
  const count = async (sql: string) => Number((await database.query(sql))[0]?.n);
  if (!isPostgres) {
    expect(await database.query("PRAGMA integrity_check")).toEqual([{ integrity_check: "ok" }]);
    expect(await database.query("PRAGMA foreign_key_check")).toEqual([]);
  }
  expect(
    await count(`SELECT count(*) AS n FROM organizations o WHERE o.seat_count <>
      (SELECT count(*) FROM memberships m
        WHERE m.tenant_id = o.tenant_id AND m.organization_id = o.id)`),
  ).toBe(0);
  const events = (type: string) => count(`SELECT count(*) AS n FROM events WHERE type = '${type}'`);
  const memberships = await count("SELECT count(*) AS n FROM memberships");
  expect(await count("SELECT count(*) AS n FROM organizations")).toBe(
    await events("organization.created"),
  );
  expect(memberships).toBe((await events("member.added")) - (await events("member.removed")));
  expect(await count("SELECT count(*) AS n FROM membership_roles")).toBe(memberships);
  expect(
    await count(
      "SELECT count(*) AS n FROM history WHERE entity = 'membership' AND to_sequence IS NULL",
    ),
  ).toBe(memberships);
  expect(await count("SELECT count(*) AS n FROM users")).toBe(await events("user.created"));
}
